#include "autograd/ops.h"
#include "tensor/error.h"

namespace tinymor {
namespace {

const Op matmul_op("matmul"), linear_op("linear");

}  // namespace

// Y = A B: dA = G B^T, dB = A^T G, each summed over the leading axes along which it was broadcast
Variable matmul(const Variable& a, const Variable& b) {
  return record(matmul_op, {a, b}, matmul(a.value(), b.value()),
                [a = Saved(a), b = Saved(b), sa = a.shape(), sb = b.shape()](const Tensor& g, InputGrads& in) {
                  if (in.needs(0)) in.add(0, sum_to(matmul(g, b.get().transpose(-1, -2)), sa));
                  if (in.needs(1)) in.add(1, sum_to(matmul(a.get().transpose(-1, -2), g), sb));
                });
}

// Y = X W^T: dX = G W, dW = G^T X, with the leading axes of X as one
Variable linear(const Variable& x, const Variable& weight) {
  check(weight.rank() == 2 && x.rank() > 0 && x.dim(-1) == weight.dim(1),
        "[linear] input {} and weight {}: inner sizes differ", x.shape(), weight.shape());
  const int64_t in_width = weight.dim(1), out_width = weight.dim(0), rows = x.shape().rows();
  Shape shape = x.shape();
  shape[-1] = out_width;
  const auto as_rows = [rows](const Tensor& t, int64_t width) { return t.reshape({rows, width}); };
  if (weight.packed() && !recording()) return weight.packed()->product(as_rows(x.value(), in_width)).reshape(shape);
  const Tensor y = matmul(as_rows(x.value(), in_width), weight.value().transpose(0, 1)).reshape(shape);
  return record(linear_op, {x, weight}, y,
                [x = Saved(x), w = Saved(weight), as_rows, in_width, out_width, shape = x.shape()](const Tensor& grad,
                                                                                                   InputGrads& in) {
                  const Tensor g = as_rows(grad, out_width);
                  if (in.needs(0)) in.add(0, matmul(g, w.get()).reshape(shape));
                  if (in.needs(1)) in.add(1, matmul(g.transpose(0, 1), as_rows(x.get(), in_width)));
                });
}

}  // namespace tinymor
