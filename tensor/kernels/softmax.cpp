// Softmax and the logarithm of its denominator, one row at a time.
#include "tensor/kernels/level.h"
#include "tensor/kernels/vector_math.h"

namespace tinymor::kernels::TINYMOR_LEVEL {

/// Larger than any number that means something, and still finite: infinity minus infinity would be NaN.
constexpr Real kHuge = 3e38f;

Real max_of(int64_t n, const Real* x) {
  constexpr Real lowest = -kHuge;
  Vec best = splat(lowest);
  int64_t j = 0;
  for (; j + kLanes <= n; j += kLanes) best = max(best, load(x + j));
  if (j < n) best = max(best, load_first(x + j, n - j, lowest));
  return max_lane(best);
}

Real exp_of(int64_t n, Real scale, Real shift, const Real* x, Real* out) {
  const Vec by = splat(scale), minus = splat(-shift);
  Vec sums = splat(0);
  int64_t j = 0;
  for (; j + kLanes <= n; j += kLanes) {
    const Vec e = exp(fma(by, load(x + j), minus));
    store(out + j, e);
    sums = sums + e;
  }
  if (j < n) {
    store_first(out + j, n - j, exp(fma(by, load_first(x + j, n - j), minus)));
    sums = sums + load_first(out + j, n - j);
  }
  return sum(sums);
}

void log_sum_exp(int64_t rows, int64_t columns, const Real* x, Real* out) {
  for (int64_t row = 0; row < rows; ++row, x += columns) {
    const int64_t whole = columns / kLanes * kLanes, rest = columns - whole;
    const Real largest = max_of(columns, x);
    // The largest exponent is 0, so that nothing overflows and the sum is at least 1. A row in which every
    // number is -infinity has the sum 0.
    const Vec shift = splat(largest < kHuge ? largest : kHuge);
    Vec sums = splat(0);
    for (int64_t j = 0; j < whole; j += kLanes) sums = sums + exp(load(x + j) - shift);
    if (rest) {
      Real last[kLanes];
      store(last, exp(load_first(x + whole, rest) - shift));
      sums = sums + load_first(last, rest);
    }
    Real logs[kLanes];
    store(logs, log(splat(sum(sums))));
    out[row] = (largest > -kHuge ? largest : -Real(__builtin_inff())) + logs[0];
  }
}

void softmax(int64_t columns, const Real* x, Real log_sum, Real scale, Real* out) {
  int64_t j = 0;
  for (; j + kLanes <= columns; j += kLanes) store(out + j, exp(load(x + j) - splat(log_sum)) * splat(scale));
  if (j < columns)
    store_first(out + j, columns - j, exp(load_first(x + j, columns - j) - splat(log_sum)) * splat(scale));
}

}  // namespace tinymor::kernels::TINYMOR_LEVEL
