#include "autograd/ops.h"
#include "tensor/error.h"

namespace tinymor {
namespace {

const Op reshape_op("reshape"), permute_op("permute"), slice_op("slice"), expand_op("expand"), concat_op("concat");

}  // namespace

// The same numbers: dx is g in the old shape
Variable reshape(const Variable& x, Shape shape) {
  return record(reshape_op, {x}, x.value().reshape(std::move(shape)),
                [shape = x.shape()](const Tensor& g, InputGrads& in) { in.add(0, g.reshape(shape)); });
}

Variable squeeze(const Variable& x, int64_t axis) {
  return reshape(x, squeezed(x.shape(), axis));
}

Variable unsqueeze(const Variable& x, int64_t axis) {
  return reshape(x, unsqueezed(x.shape(), axis));
}

// y's axis i is x's axis order(i): dx's axis order(i) is g's axis i
Variable permute(const Variable& x, const std::vector<int64_t>& order) {
  std::vector<int64_t> back(order.size());
  const Tensor y = x.value().permute(order);
  for (size_t i = 0; i < order.size(); ++i) back[size_t(x.shape().normalize_axis(order[i]))] = int64_t(i);
  return record(permute_op, {x}, y, [back](const Tensor& g, InputGrads& in) { in.add(0, g.permute(back)); });
}

Variable transpose(const Variable& x, int64_t a, int64_t b) {
  std::vector<int64_t> order;
  for (int64_t axis = 0; axis < x.rank(); ++axis) order.push_back(axis);
  std::swap(order[x.shape().normalize_axis(a)], order[x.shape().normalize_axis(b)]);
  return permute(x, order);
}

// A part of x: dx is g there and 0 elsewhere
Variable slice(const Variable& x, int64_t axis, int64_t begin, int64_t end, int64_t step) {
  return record(slice_op, {x}, x.value().slice(axis, begin, end, step),
                [shape = x.shape(), axis, begin, end, step](const Tensor& g, InputGrads& in) {
                  Tensor dx = Tensor::zeros(shape);
                  dx.slice(axis, begin, end, step).copy_from(g);
                  in.add(0, std::move(dx));
                });
}

// x repeated: dx is the sum of g over the repetitions
Variable expand(const Variable& x, const Shape& shape) {
  return record(expand_op, {x}, x.value().expand(shape),
                [shape = x.shape()](const Tensor& g, InputGrads& in) { in.add(0, sum_to(g, shape)); });
}

// Parts one after the other: each one's gradient is its part of g
Variable concat(const std::vector<Variable>& parts, int64_t axis) {
  std::vector<Tensor> values;
  for (const Variable& part : parts) values.push_back(part.value());
  const Tensor y = concat(values, axis);
  std::vector<int64_t> ends;
  for (const Tensor& part : values) ends.push_back((ends.empty() ? 0 : ends.back()) + part.dim(axis));
  return record(concat_op, parts, y, [axis, ends](const Tensor& g, InputGrads& in) {
    for (size_t i = 0; i < ends.size(); ++i)
      if (in.needs(i)) in.add(i, g.slice(axis, i ? ends[i - 1] : 0, ends[i]));
  });
}

Variable stack(const std::vector<Variable>& parts, int64_t axis) {
  check(!parts.empty(), "[stack] there are no tensors to join");
  std::vector<Variable> wide;
  for (const Variable& part : parts) {
    check(part.shape() == parts[0].shape(), "[stack] {} and {} differ", parts[0].shape(), part.shape());
    wide.push_back(unsqueeze(part, axis));
  }
  return concat(wide, axis);
}

}  // namespace tinymor
