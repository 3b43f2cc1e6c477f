#include <algorithm>
#include <cmath>
#include <numeric>

#include "tensor/error.h"
#include "tensor/ops.h"
#include "tensor/threads.h"

namespace tinymor {

using kernels::table;

namespace {

/// Elements that one piece of a reduction reads.
constexpr int64_t kGrain = 16384;

/// Rows per piece when each has `length` elements.
int64_t rows_per_piece(int64_t length) {
  return std::max<int64_t>(1, kGrain / std::max<int64_t>(1, length));
}

/// x seen as [outer, n, inner] -> sums over n, [outer, inner].
void sum_middle(const Real* x, int64_t outer, int64_t n, int64_t inner, Real* out) {
  if (inner == 1) {
    parallel_ranges(outer, rows_per_piece(n), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) out[i] = table().sum(n, x + i * n);
    });
    return;
  }
  // Columns are independent: each piece adds up its own from the first row to the last.
  const int64_t columns = std::max<int64_t>(64, kGrain / std::max<int64_t>(1, n));
  const int64_t pieces = (inner + columns - 1) / columns;
  parallel_for(outer * pieces, [&](int64_t piece) {
    const int64_t i = piece / pieces, from = piece % pieces * columns, width = std::min(columns, inner - from);
    Real* to = out + i * inner + from;
    std::fill_n(to, width, Real(0));
    for (int64_t p = 0; p < n; ++p) table().add_scaled(width, 1, x + (i * n + p) * inner + from, to);
  });
}

/// x as a matrix: one row per element of the result, which holds the elements of the reduced axes in row-major order.
Tensor as_rows(const char* op, const Tensor& x, const Axes& axes) {
  const Shape kept = reduced_shape(x.shape(), axes);
  std::vector<bool> reduced(x.rank(), false);
  for (int64_t axis : axes) reduced[x.shape().normalize_axis(axis)] = true;
  std::vector<int64_t> order;
  for (bool wanted : {false, true})
    for (int64_t axis = 0; axis < x.rank(); ++axis)
      if (reduced[axis] == wanted) order.push_back(axis);
  const int64_t rows = kept.count(), length = rows ? reduced_count(op, x.shape(), axes) : 0;
  return x.permute(order).reshape({rows, length}).contiguous_copy();
}

/// One number f(row) for each row of as_rows, in the shape of the result.
template <class F>
Tensor reduce_rows(const char* op, const Tensor& x, const Axes& axes, bool keep, F f) {
  const Tensor rows = as_rows(op, x, axes);
  const int64_t length = rows.dim(1);
  Tensor out(Shape{rows.dim(0)});
  Real* to = out.mutable_data();
  parallel_ranges(rows.dim(0), rows_per_piece(length), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) to[i] = f(rows.data() + i * length, length);
  });
  return out.reshape(keep ? reduced_shape(x.shape(), axes) : without_axes(x.shape(), axes));
}

}  // namespace

Shape reduced_shape(const Shape& shape, const Axes& axes) {
  Shape result = shape;
  std::vector<bool> seen(shape.rank(), false);
  for (int64_t axis : axes) {
    const size_t i = shape.normalize_axis(axis);
    check(!seen[i], "[reduce] axis {} of {} is named twice", axis, shape);
    seen[i] = true;
    result[int64_t(i)] = 1;
  }
  return result;
}

Shape without_axes(const Shape& shape, const Axes& axes) {
  std::vector<bool> gone(shape.rank(), false);
  for (int64_t axis : axes) gone[shape.normalize_axis(axis)] = true;
  std::vector<int64_t> dims;
  for (int64_t axis = 0; axis < shape.rank(); ++axis)
    if (!gone[axis]) dims.push_back(shape[axis]);
  return Shape(std::move(dims));
}

int64_t reduced_count(const char* op, const Shape& x, const Axes& axes) {
  const int64_t results = reduced_shape(x, axes).count();
  if (results == 0) return 1;
  check(x.count() > 0, "[{}] {} has no elements along the axes [{}]", op, x, fmt::join(axes, ","));
  return x.count() / results;
}

Axes all_axes(const Shape& shape) {
  Axes axes(size_t(shape.rank()));
  std::iota(axes.begin(), axes.end(), int64_t(0));
  return axes;
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  check(broadcast(shape, x.shape(), "sum_to") == x.shape(), "[sum_to] {} was not broadcast to {}", shape, x.shape());
  Tensor sums = x.contiguous_copy();
  // Neighbouring axes that were broadcast are one sum. From the last to the first, so that what is left becomes
  // small soon.
  Shape current = x.shape();
  const int64_t added = x.rank() - shape.rank();
  const auto was_broadcast = [&](int64_t axis) { return axis < added || shape[axis - added] != x.dim(axis); };
  for (int64_t last = x.rank() - 1; last >= 0; --last) {
    if (!was_broadcast(last)) continue;
    int64_t first = last, n = current[last];
    current[last] = 1;
    for (; first > 0 && was_broadcast(first - 1); current[first] = 1) n *= current[--first];
    int64_t outer = 1, inner = 1;
    for (int64_t axis = 0; axis < first; ++axis) outer *= current[axis];
    for (int64_t axis = last + 1; axis < x.rank(); ++axis) inner *= current[axis];
    Tensor smaller(current);
    sum_middle(sums.data(), outer, n, inner, smaller.mutable_data());
    sums = smaller;
    last = first;
  }
  return sums.reshape(shape);
}

Tensor sum(const Tensor& x) {
  return x.rank() == 0 ? x.clone() : sum_to(x, {});
}

Tensor sum(const Tensor& x, const Axes& axes, bool keep) {
  const Shape kept = reduced_shape(x.shape(), axes);
  const Tensor sums = kept == x.shape() ? x.clone() : sum_to(x, kept);
  return keep ? sums : sums.reshape(without_axes(x.shape(), axes));
}

Tensor mean(const Tensor& x) {
  return mean(x, all_axes(x.shape()));
}

Tensor mean(const Tensor& x, const Axes& axes, bool keep) {
  return sum(x, axes, keep) * (Real(1) / Real(reduced_count("mean", x.shape(), axes)));
}

Tensor max(const Tensor& x) {
  return max(x, all_axes(x.shape()));
}

Tensor max(const Tensor& x, const Axes& axes, bool keep) {
  return reduce_rows("max", x, axes, keep,
                     [](const Real* row, int64_t n) { return *std::max_element(row, row + n, smaller); });
}

Tensor logsumexp(const Tensor& x, const Axes& axes, bool keep) {
  return reduce_rows("logsumexp", x, axes, keep, [](const Real* row, int64_t n) {
    Real result;
    table().log_sum_exp(1, n, row, &result);
    return result;
  });
}

Tensor norm(const Tensor& x, const Axes& axes, bool keep) {
  return sqrt(sum(x * x, axes, keep));
}

IntTensor argmax(const Tensor& x, int64_t axis) {
  const Tensor rows = as_rows("argmax", x, {axis});
  const int64_t length = rows.dim(1);
  IntTensor out(Shape{rows.dim(0)});
  int32_t* to = out.mutable_data();
  for (int64_t i = 0; i < rows.dim(0); ++i) {
    const Real* row = rows.data() + i * length;
    to[i] = int32_t(std::max_element(row, row + length, smaller) - row);
  }
  return out.reshape(without_axes(x.shape(), {axis}));
}

}  // namespace tinymor
