#include <algorithm>
#include <cmath>
#include <functional>

#include "tensor/error.h"
#include "tensor/ops.h"
#include "tensor/strided.h"

namespace tinymor {

using kernels::table;

namespace {

/// 1 where holds(a, b), element by element.
template <class Holds>
Tensor compared(const char* op, const IntTensor& a, const IntTensor& b, Holds holds) {
  const Shape shape = broadcast(a.shape(), b.shape(), op);
  const IntTensor x = a.expand(shape), y = b.expand(shape);
  Tensor out(shape);
  Real* to = out.mutable_data();
  const Walk<3> walk(shape, {&x.strides(), &y.strides(), &out.strides()});
  walk.parallel([&](const std::array<int64_t, 3>& at, int64_t n) {
    const int32_t *left = x.data() + at[0], *right = y.data() + at[1];
    for (int64_t i = 0; i < n; ++i) to[at[2] + i] = holds(left[i * walk.step(0)], right[i * walk.step(1)]);
  });
  return out;
}

}  // namespace

Tensor operator<(const IntTensor& a, const IntTensor& b) {
  return compared("less", a, b, std::less());
}
Tensor operator==(const IntTensor& a, const IntTensor& b) {
  return compared("equal", a, b, std::equal_to());
}

Tensor elementwise(kernels::Binary op, const Tensor& a, const Tensor& b) {
  const Shape shape = broadcast(a.shape(), b.shape(), kernels::name_of(op));
  const Tensor x = a.expand(shape), y = b.expand(shape);
  Tensor out(shape);
  Real* to = out.mutable_data();
  const Walk<3> walk(shape, {&x.strides(), &y.strides(), &out.strides()});
  walk.parallel([&](const std::array<int64_t, 3>& at, int64_t n) {
    table().binary(op, n, x.data() + at[0], walk.step(0), y.data() + at[1], walk.step(1), to + at[2]);
  });
  return out;
}

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  const Shape shape = broadcast(broadcast(condition.shape(), a.shape(), "where"), b.shape(), "where");
  const Tensor c = condition.expand(shape), x = a.expand(shape), y = b.expand(shape);
  Tensor out(shape);
  Real* to = out.mutable_data();
  const Walk<4> walk(shape, {&c.strides(), &x.strides(), &y.strides(), &out.strides()});
  walk.parallel([&](const std::array<int64_t, 4>& at, int64_t n) {
    table().choose(n, c.data() + at[0], walk.step(0), x.data() + at[1], walk.step(1), y.data() + at[2], walk.step(2),
                   to + at[3]);
  });
  return out;
}

Tensor clamp(const Tensor& x, Real low, Real high) {
  check(low <= high, "[clamp] no number is from {} to {} (give the smaller one first)", low, high);
  return where(x < low, low, where(x > high, high, x));
}

Tensor elementwise(kernels::Unary f, const Tensor& x) {
  const Tensor from = x.contiguous_copy();
  Tensor out(x.shape());
  Real* to = out.mutable_data();
  const Walk<1> walk(out.shape(), {&out.strides()});
  walk.parallel(
      [&](const std::array<int64_t, 1>& at, int64_t n) { table().unary(f, n, from.data() + at[0], to + at[0]); });
  return out;
}

Tensor pow(const Tensor& x, double exponent) {
  check(std::isfinite(exponent), "[pow] the exponent is {} (give a finite one)", exponent);
  if (exponent != std::trunc(exponent)) return exp(log(x) * exponent);
  Tensor result = Tensor::ones(x.shape()), square = x;
  for (double left = std::abs(exponent); left >= 1; left = std::trunc(left / 2)) {
    if (std::fmod(left, 2) == 1) result = result * square;
    if (left > 1) square = square * square;
  }
  return exponent < 0 ? 1 / result : result;
}

Tensor elementwise_slope(kernels::Unary f, const Tensor& x, const Tensor& g) {
  check(x.shape() == g.shape(), "[{}] a gradient of shape {} for a value of shape {}", kernels::name_of(f), g.shape(),
        x.shape());
  const Tensor from = x.contiguous_copy(), grad = g.contiguous_copy();
  Tensor out(x.shape());
  Real* to = out.mutable_data();
  const Walk<1> walk(out.shape(), {&out.strides()});
  walk.parallel([&](const std::array<int64_t, 1>& at, int64_t n) {
    table().unary_slope(f, n, from.data() + at[0], grad.data() + at[0], to + at[0]);
  });
  return out;
}

void add_into(Tensor& y, const Tensor& x) {
  check(!y.repeats(), "[add_into] a view of shape {} repeats its elements: there is no place for each (use +)",
        y.shape());
  const Tensor from = x.expand(y.shape());
  Real* to = y.mutable_data();
  const Walk<2> walk(y.shape(), {&y.strides(), &from.strides()});
  walk.parallel([&](const std::array<int64_t, 2>& at, int64_t n) {
    if (walk.step(0) == 1 && walk.step(1) == 1) return table().add_scaled(n, 1, from.data() + at[1], to + at[0]);
    for (int64_t i = 0; i < n; ++i) to[at[0] + i * walk.step(0)] += from.data()[at[1] + i * walk.step(1)];
  });
}

bool all_finite(const Tensor& x) {
  // 0 times a finite number is 0; times NaN or infinity it is NaN, and a NaN stays in the sum.
  return sum(x * 0).item() == 0;
}

}  // namespace tinymor
