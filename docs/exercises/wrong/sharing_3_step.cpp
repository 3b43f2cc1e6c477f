// A step that is rounded once, and so misses halves.
// It is told: 15 of 0..29 should be
#define evenly sharing_3_step
#include <cmath>

#include "../checks/sharing_3_stepwise.cpp"

namespace tinymor {

std::vector<int64_t> evenly(int64_t low, int64_t high, int64_t count) {
  if (count == 1) return {low};
  const double step = double(high - low) / double(count - 1);
  std::vector<int64_t> layers;
  for (int64_t i = 0; i < count; ++i) layers.push_back(int64_t(std::nearbyint(double(low) + double(i) * step)));
  return layers;
}

}  // namespace tinymor
