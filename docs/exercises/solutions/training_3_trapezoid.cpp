// The lowest of the way up, 1, and the way down.
#include <algorithm>

#include "exercises.h"

namespace tinymor {

double trapezoid(int64_t step, int64_t steps, int64_t warmup, int64_t cooldown) {
  const double up = step < warmup ? double(step) / double(warmup) : 1;
  const double down = cooldown > 0 ? double(steps - step + 1) / double(cooldown) : 1;
  return std::min({up, 1.0, down});
}

}  // namespace tinymor
