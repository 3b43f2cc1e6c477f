#include "autograd/layer_norm.h"

#include "autograd/ops.h"

namespace tinymor {

LayerNorm::LayerNorm(int64_t d, Real epsilon)
    : weight(Variable::parameter(Tensor::ones(Shape{d}))),
      bias(Variable::parameter(Tensor::zeros(Shape{d}))),
      eps(epsilon) {}

Variable LayerNorm::operator()(const Variable& x) const {
  return layer_norm(x, weight, bias, eps);
}

void LayerNorm::members(Members& m) {
  m("weight", weight);
  m("bias", bias);
}

}  // namespace tinymor
