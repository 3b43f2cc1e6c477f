// Reaches 0 in the last step, which then does nothing.
// It is told: step 7 of 10, warm-up 4, cool-down 4: should be 1, you gave 0.75
#define trapezoid training_3_to_zero
#include <algorithm>

#include "../checks/training_3_trapezoid.cpp"

namespace tinymor {

double trapezoid(int64_t step, int64_t steps, int64_t warmup, int64_t cooldown) {
  const double up = step < warmup ? double(step) / double(warmup) : 1;
  const double down = cooldown > 0 ? double(steps - step) / double(cooldown) : 1;
  return std::min({up, 1.0, down});
}

}  // namespace tinymor
