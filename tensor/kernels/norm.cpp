// RMSNorm (Zhang and Sennrich 2019; paper 2.1 uses it as in Llama).
#include "tensor/kernels/level.h"
#include "tensor/kernels/simd.h"

namespace tinymor::kernels::TINYMOR_LEVEL {

void rms_norm(int64_t rows, int64_t d, Real eps, const Real* x, const Real* weight, Real* y, Real* inverse_rms) {
  for (int64_t row = 0; row < rows; ++row, x += d, y += d) {
    const Real mean_square = dot(d, x, x) / Real(d) + eps;
    const Real r =
        Real(1) / Real(sizeof(Real) == 4 ? __builtin_sqrtf(float(mean_square)) : __builtin_sqrt(mean_square));
    inverse_rms[row] = r;
    int64_t j = 0;
    for (; j + kLanes <= d; j += kLanes) store(y + j, load(x + j) * splat(r) * load(weight + j));
    for (; j < d; ++j) y[j] = x[j] * r * weight[j];
  }
}

void rms_norm_backward(int64_t rows, int64_t d, const Real* x, const Real* weight, const Real* inverse_rms,
                       const Real* g, Real* dx, Real* dweight) {
  const int64_t whole = d / kLanes * kLanes;
  for (int64_t row = 0; row < rows; ++row, x += d, g += d, dx += d) {
    const Real r = inverse_rms[row];
    Vec sums = splat(0);
    for (int64_t j = 0; j < whole; j += kLanes) sums = fma(load(weight + j) * load(g + j), load(x + j), sums);
    Real tail = 0;
    for (int64_t j = whole; j < d; ++j) tail += weight[j] * g[j] * x[j];
    const Real along_x = (sum(sums) + tail) * r * r * r / Real(d);
    for (int64_t j = 0; j < whole; j += kLanes) {
      const Vec xj = load(x + j), gj = load(g + j);
      store(dx + j, load(weight + j) * gj * splat(r) - xj * splat(along_x));
      store(dweight + j, fma(gj * xj, splat(r), load(dweight + j)));
    }
    for (int64_t j = whole; j < d; ++j) {
      dx[j] = weight[j] * g[j] * r - x[j] * along_x;
      dweight[j] += g[j] * x[j] * r;
    }
  }
}

}  // namespace tinymor::kernels::TINYMOR_LEVEL
