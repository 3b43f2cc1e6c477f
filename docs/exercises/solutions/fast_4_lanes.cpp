// The tail needs no code of its own: what no number reaches stays 0.
#include "exercises.h"

namespace tinymor {

float sum_in_lanes(int64_t n, const float* x) {
  float lanes[16] = {};
  for (int64_t i = 0; i < n; ++i) lanes[i % 16] += x[i];
  for (int64_t half = 8; half > 0; half /= 2)
    for (int64_t l = 0; l < half; ++l) lanes[l] += lanes[l + half];
  return lanes[0];
}

}  // namespace tinymor
