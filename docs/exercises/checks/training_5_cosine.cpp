#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_cosine() {
  struct Case {
    int64_t step, steps, warmup;
    double least, factor;
    const char* hint;
  };
  for (const Case& wanted :
       std::vector<Case>{{1, 6, 2, 0, 0.5, "step 1 of a warm-up of 2"},
                         {2, 6, 2, 0, 1, "in step 2 the warm-up of 2 is over"},
                         {3, 6, 2, 0, 1, "none of the four steps after warm-up is over yet"},
                         {5, 6, 2, 0, 0.5, "two of four are over: cos(pi / 2) is 0"},
                         {6, 6, 2, 0, 0.5 - std::sqrt(0.125), "three of four are over: (1 + cos(3 pi / 4)) / 2"},
                         {5, 6, 2, 0.1, 0.55, "halfway between 1 and 0.1"},
                         {1, 4, 0, 0, 1, "no warm-up: divide by no zero"},
                         {3, 4, 0, 0.5, 0.75, "halfway between 1 and 0.5"}}) {
    const std::string what =
        fmt::format("step {} of {}, warm-up {}, least {}", wanted.step, wanted.steps, wanted.warmup, wanted.least);
    trying(what);
    const double given = cosine_factor(wanted.step, wanted.steps, wanted.warmup, wanted.least);
    if (!(std::abs(given - wanted.factor) < 1e-9))
      return not_yet(fmt::format("{}: should be {:.4f}, you gave {:.4f}", what, wanted.factor, given), wanted.hint);
  }
  trying("a run of 4 steps that goes on to 8");
  const double jump = jump_when_resumed(4, 8, 0, 0), right = 0.5 - (0.5 - std::sqrt(0.125));
  if (!(std::abs(jump - right) < 1e-9))
    return not_yet(
        fmt::format("a run of 4 steps without warm-up that goes on to 8: the factor should change by {:.4f}, you "
                    "gave {:.4f}",
                    right, jump),
        "step 5 of 8 has 0.5; step 4 of 4 had 0.1464");
  return done();
}

const AddExercise add({16, "training_5_cosine", "Half a cosine, and going on",
                       "up over the warm-up; then least + (1 - least) (1 + cos(pi done)) / 2 with done = 1 - steps "
                       "left / steps after warm-up",
                       check_cosine});

}  // namespace
}  // namespace tinymor
