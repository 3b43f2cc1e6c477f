#include "tensor/ops.h"

namespace tinymor {

Tensor random_uniform(Shape shape, Random& random, double low, double high) {
  Tensor x(std::move(shape));
  Real* to = x.mutable_data();
  for (int64_t i = 0; i < x.count(); ++i) to[i] = Real(low + (high - low) * random.uniform());
  return x;
}

Tensor random_normal(Shape shape, Random& random, double deviation) {
  Tensor x(std::move(shape));
  Real* to = x.mutable_data();
  for (int64_t i = 0; i < x.count(); ++i) to[i] = Real(deviation * random.normal());
  return x;
}

}  // namespace tinymor
