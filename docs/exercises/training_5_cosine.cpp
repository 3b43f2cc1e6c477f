// Exercise 5 of chapter 16, a harder one: half a cosine, and going on.
//
// Over the warm-up the factor rises as in training_3_trapezoid. Then it falls along half a cosine: with `done` the
// share of the steps after warm-up that are over, it is least + (1 - least) (1 + cos(pi done)) / 2. The steps that are
// left include this one: in step warmup + 1 nothing is over yet and the factor is 1, and the last step is still above
// `least`. A run that goes on to more steps than it was planned for follows the curve of the longer run from where it
// is: its rate jumps up. How far?
#include "exercises.h"

namespace tinymor {

double cosine_factor(int64_t step, int64_t steps, int64_t warmup, double least) {
  return {};
}

double jump_when_resumed(int64_t done, int64_t steps, int64_t warmup, double least) {
  return {};
}

}  // namespace tinymor
