// The optimizer's update, all of it in one pass over memory.
#include "tensor/kernels/level.h"
#include "tensor/kernels/simd.h"

namespace tinymor::kernels::TINYMOR_LEVEL {

void adamw(int64_t n, const AdamW& o, const Real* grad, Real* param, Real* m, Real* v) {
  const Real step = o.lr / o.correction1;
  const Real keep = Real(1) - o.lr * o.weight_decay;
  for (int64_t i = 0; i < n; ++i) {
    const Real g = grad[i];
    m[i] = o.beta1 * m[i] + (1 - o.beta1) * g;
    v[i] = o.beta2 * v[i] + (1 - o.beta2) * g * g;
    const Real spread = v[i] / o.correction2;
    const Real root = Real(sizeof(Real) == 4 ? __builtin_sqrtf(float(spread)) : __builtin_sqrt(spread));
    param[i] = keep * param[i] - step * m[i] / (root + o.eps);
  }
}

}  // namespace tinymor::kernels::TINYMOR_LEVEL
