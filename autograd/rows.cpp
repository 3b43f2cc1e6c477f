#include "autograd/ops.h"
#include "tensor/ops.h"

namespace tinymor {
namespace {

const Op gather_op("gather_rows"), replace_op("replace_rows");

}  // namespace

// y_i = x_index(i): dx_r = sum of g_i over all i with index(i) = r
Variable gather_rows(const Variable& x, const IntTensor& index) {
  return record(gather_op, {x}, gather_rows(x.value(), index),
                [shape = x.shape(), index](const Tensor& g, InputGrads& in) {
                  Tensor dx = Tensor::zeros(shape);
                  scatter_add_rows(dx, index, g);
                  in.add(0, std::move(dx));
                });
}

// y = x, but y_index(i) = u_i: dx = g with those rows 0, du_i = g_index(i)
Variable replace_rows(const Variable& x, const IntTensor& index, const Variable& update) {
  Tensor y = x.value().clone();
  replace_rows(y, index, update.value());
  return record(replace_op, {x, update}, std::move(y), [index](const Tensor& g, InputGrads& in) {
    if (in.needs(0)) {
      Tensor dx = g.clone();
      replace_rows(dx, index, Tensor::zeros({index.dim(0), g.dim(1)}));
      in.add(0, std::move(dx));
    }
    if (in.needs(1)) in.add(1, gather_rows(g, index));
  });
}

}  // namespace tinymor
