#include "autograd/ops.h"
#include "tensor/error.h"
#include "tensor/ops.h"

namespace tinymor {
namespace {

const Op matmul_op("matmul"), linear_op("linear");

}  // namespace

// Y = A B: dA = G B^T, dB = A^T G
Variable matmul(const Variable& a, const Variable& b) {
  return record(matmul_op, {a, b}, matmul(a.value(), b.value()),
                [x = Saved(a.value()), y = Saved(b.value())](const Tensor& g, InputGrads& in) {
                  if (in.needs(0)) in.add(0, matmul(g, y.get().transpose(0, 1)));
                  if (in.needs(1)) in.add(1, matmul(x.get().transpose(0, 1), g));
                });
}

// Y = X W^T: dX = G W, dW = G^T X
Variable linear(const Variable& x, const Variable& weight) {
  check(x.value().rank() == 2 && weight.value().rank() == 2 && x.dim(1) == weight.dim(1),
        "[linear] input {} and weight {}: inner sizes differ", x.shape(), weight.shape());
  return record(linear_op, {x, weight}, matmul(x.value(), weight.value().transpose(0, 1)),
                [x = Saved(x.value()), w = Saved(weight.value())](const Tensor& g, InputGrads& in) {
                  if (in.needs(0)) in.add(0, matmul(g, w.get()));
                  if (in.needs(1)) in.add(1, matmul(g.transpose(0, 1), x.get()));
                });
}

}  // namespace tinymor
