// The plan depends on the number of steps, so a longer run is another plan.
#include <algorithm>
#include <cmath>

#include "exercises.h"

namespace tinymor {

double cosine_factor(int64_t step, int64_t steps, int64_t warmup, double least) {
  if (step < warmup) return double(step) / double(warmup);
  const double done = 1 - double(steps - step + 1) / double(steps - warmup);
  return least + (1 - least) * 0.5 * (1 + std::cos(std::acos(-1.0) * std::clamp(done, 0.0, 1.0)));
}

double jump_when_resumed(int64_t done, int64_t steps, int64_t warmup, double least) {
  return cosine_factor(done + 1, steps, warmup, least) - cosine_factor(done, done, warmup, least);
}

}  // namespace tinymor
