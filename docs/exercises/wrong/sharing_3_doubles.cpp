// Right as long as the numbers are doubles.
// It is told: 3 of 9007199254740993..9007199254740995 should be
#define evenly sharing_3_doubles
#include <cmath>

#include "../checks/sharing_3_stepwise.cpp"

namespace tinymor {

std::vector<int64_t> evenly(int64_t low, int64_t high, int64_t count) {
  if (count == 1) return {low};
  std::vector<int64_t> layers;
  for (int64_t i = 0; i < count; ++i)
    layers.push_back(int64_t(std::nearbyint(double(low) + double(i * (high - low)) / double(count - 1))));
  return layers;
}

}  // namespace tinymor
