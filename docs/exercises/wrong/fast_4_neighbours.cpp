// Adds neighbours when it halves, instead of the two halves.
// It is told: the numbers 16777216, 1, 0, 1: should be 16777218, you gave 16777216
#define sum_in_lanes fast_4_neighbours
#include "../checks/fast_4_lanes.cpp"

namespace tinymor {

float sum_in_lanes(int64_t n, const float* x) {
  float lanes[16] = {};
  for (int64_t i = 0; i < n; ++i) lanes[i % 16] += x[i];
  for (int64_t half = 8; half > 0; half /= 2)
    for (int64_t l = 0; l < half; ++l) lanes[l] = lanes[2 * l] + lanes[2 * l + 1];
  return lanes[0];
}

}  // namespace tinymor
