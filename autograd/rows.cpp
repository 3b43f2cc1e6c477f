#include "autograd/ops.h"

namespace tinymor {
namespace {

const Op gather_op("gather_rows"), scatter_op("scatter_add_rows"), replace_op("replace_rows"), take_op("take_along");

}  // namespace

// y_i = x_index(i): dx_r = sum of g_i over all i with index(i) = r
Variable gather_rows(const Variable& x, const IntTensor& index) {
  return record(gather_op, {x}, gather_rows(x.value(), index),
                [shape = x.shape(), index = SavedIds(index)](const Tensor& g, InputGrads& in) {
                  Tensor dx = Tensor::zeros(shape);
                  scatter_add_rows(dx, index.get(), g);
                  in.add(0, std::move(dx));
                });
}

Variable embedding(const Variable& table, const IntTensor& ids) {
  std::vector<int64_t> dims = ids.shape().dims();
  dims.push_back(table.dim(-1));
  return reshape(gather_rows(table, ids.reshape({-1})), Shape(std::move(dims)));
}

// y = x with u_i added to row index(i): dx = g, du_i = g_index(i)
Variable scatter_add_rows(const Variable& x, const IntTensor& index, const Variable& update) {
  Tensor y = x.value().clone();
  scatter_add_rows(y, index, update.value());
  return record(scatter_op, {x, update}, std::move(y), [index = SavedIds(index)](const Tensor& g, InputGrads& in) {
    if (in.needs(0)) in.add(0, g);
    if (in.needs(1)) in.add(1, gather_rows(g, index.get()));
  });
}

// y = x, but y_index(i) = u_i: dx = g with those rows 0, du_i = g_index(i)
Variable replace_rows(const Variable& x, const IntTensor& index, const Variable& update) {
  Tensor y = x.value().clone();
  replace_rows(y, index, update.value());
  return record(replace_op, {x, update}, std::move(y), [index = SavedIds(index)](const Tensor& g, InputGrads& in) {
    if (in.needs(0)) {
      Tensor dx = g.clone();
      replace_rows(dx, index.get(), Tensor::zeros({index.get().dim(0), g.dim(1)}));
      in.add(0, std::move(dx));
    }
    if (in.needs(1)) in.add(1, gather_rows(g, index.get()));
  });
}

// y_j = x_index(j) along the last axis: dx_i = sum of g_j over all j with index(j) = i
Variable take_along(const Variable& x, const IntTensor& index) {
  return record(take_op, {x}, take_along(x.value(), index),
                [shape = x.shape(), index = SavedIds(index)](const Tensor& g, InputGrads& in) {
                  Tensor dx = Tensor::zeros(shape);
                  add_along(dx, index.get(), g);
                  in.add(0, std::move(dx));
                });
}

}  // namespace tinymor
