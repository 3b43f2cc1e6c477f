// Twice the remainder against the divisor says on which side of a half the quotient is.
#include "exercises.h"

namespace tinymor {

std::vector<int64_t> evenly(int64_t low, int64_t high, int64_t count) {
  if (count == 1) return {low};
  std::vector<int64_t> layers;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t steps = count - 1, distance = i * (high - low), rest = distance % steps;
    const int64_t below = low + distance / steps;
    const bool up = 2 * rest > steps || (2 * rest == steps && below % 2 == 1);
    layers.push_back(below + (up ? 1 : 0));
  }
  return layers;
}

}  // namespace tinymor
