// Softmax and the logarithm of its denominator, one row at a time.
#include "tensor/kernels/level.h"
#include "tensor/kernels/vector_math.h"

namespace tinymor::kernels::TINYMOR_LEVEL {

void log_sum_exp(int64_t rows, int64_t columns, const Real* x, Real* out) {
  for (int64_t row = 0; row < rows; ++row, x += columns) {
    const int64_t whole = columns / kLanes * kLanes, rest = columns - whole;
    constexpr Real lowest = -3e38f;
    Vec best = splat(lowest);
    for (int64_t j = 0; j < whole; j += kLanes) best = max(best, load(x + j));
    if (rest) best = max(best, load_first(x + whole, rest, lowest));
    const Real largest = max_lane(best);
    // The largest exponent is 0, so that nothing overflows and the sum is at least 1.
    Vec sums = splat(0);
    for (int64_t j = 0; j < whole; j += kLanes) sums = sums + exp(load(x + j) - splat(largest));
    if (rest) {
      Real last[kLanes];
      store(last, exp(load_first(x + whole, rest) - splat(largest)));
      sums = sums + load_first(last, rest);
    }
    Real log_sum[kLanes];
    store(log_sum, log(splat(sum(sums))));
    out[row] = largest + log_sum[0];
  }
}

void softmax(int64_t columns, const Real* x, Real log_sum, Real scale, Real* out) {
  int64_t j = 0;
  for (; j + kLanes <= columns; j += kLanes) store(out + j, exp(load(x + j) - splat(log_sum)) * splat(scale));
  if (j < columns)
    store_first(out + j, columns - j, exp(load_first(x + j, columns - j) - splat(log_sum)) * splat(scale));
}

}  // namespace tinymor::kernels::TINYMOR_LEVEL
