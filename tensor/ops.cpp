#include "tensor/ops.h"

#include <algorithm>
#include <functional>

#include "tensor/error.h"
#include "tensor/strided.h"
#include "tensor/threads.h"

namespace tinymor {
namespace {

using kernels::table;

/// Elements that one piece of elementwise work has: small enough to share out, large enough to be worth waking a
/// thread.
constexpr int64_t kElementGrain = 16384;

const char* name_of(kernels::Binary op) {
  constexpr const char* names[] = {"add", "sub", "mul", "div"};
  return names[static_cast<int>(op)];
}

}  // namespace

Tensor elementwise(kernels::Binary op, const Tensor& a, const Tensor& b) {
  const Shape shape = broadcast(a.shape(), b.shape(), name_of(op));
  Tensor out(shape);
  Real* to = out.mutable_data();
  if (a.shape() == b.shape() && a.contiguous() && b.contiguous()) {
    parallel_ranges(out.count(), kElementGrain, [&](int64_t begin, int64_t end) {
      table().binary(op, end - begin, a.data() + begin, 1, b.data() + begin, 1, to + begin);
    });
    return out;
  }
  const Tensor x = a.expand(shape), y = b.expand(shape);
  for_rows<3>(shape, {&x.strides(), &y.strides(), &out.strides()}, [&](const std::array<int64_t, 3>& at) {
    table().binary(op, row_length(shape), x.data() + at[0], row_step(x.strides()), y.data() + at[1],
                   row_step(y.strides()), to + at[2]);
  });
  return out;
}

Tensor elementwise(kernels::Unary op, const Tensor& x) {
  const Tensor from = x.contiguous_copy();
  Tensor out(x.shape());
  Real* to = out.mutable_data();
  parallel_ranges(out.count(), kElementGrain,
                  [&](int64_t begin, int64_t end) { table().unary(op, end - begin, from.data() + begin, to + begin); });
  return out;
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x.clone();
  Tensor out = Tensor::zeros(shape);
  const Tensor from = x.contiguous_copy(), to = out.expand(x.shape());
  const int64_t n = row_length(x.shape()), step = row_step(to.strides());
  Real* sums = out.mutable_data();
  for_rows<2>(x.shape(), {&from.strides(), &to.strides()}, [&](const std::array<int64_t, 2>& at) {
    const Real* row = from.data() + at[0];
    if (step == 0 || n == 1)
      sums[at[1]] += table().sum(n, row);
    else
      table().add_scaled(n, 1, row, sums + at[1]);
  });
  return out;
}

void add_into(Tensor& y, const Tensor& x) {
  const Tensor from = x.expand(y.shape());
  Real* to = y.mutable_data();
  if (y.contiguous() && from.contiguous()) {
    parallel_ranges(y.count(), kElementGrain, [&](int64_t begin, int64_t end) {
      table().add_scaled(end - begin, 1, from.data() + begin, to + begin);
    });
    return;
  }
  for_rows<2>(y.shape(), {&y.strides(), &from.strides()}, [&](const std::array<int64_t, 2>& at) {
    const int64_t y_step = row_step(y.strides()), x_step = row_step(from.strides());
    for (int64_t i = 0; i < row_length(y.shape()); ++i) to[at[0] + i * y_step] += from.data()[at[1] + i * x_step];
  });
}

Tensor matmul(const Tensor& a, const Tensor& b) {
  check(a.rank() == 2 && b.rank() == 2, "[matmul] {} x {}: both must be matrices", a.shape(), b.shape());
  check(a.dim(1) == b.dim(0), "[matmul] {} x {}: inner sizes {} and {} differ", a.shape(), b.shape(), a.dim(1),
        b.dim(0));
  const int64_t m = a.dim(0), k = a.dim(1), n = b.dim(1);
  Tensor c({m, n});
  Real* to = c.mutable_data();
  const kernels::Matrix left{a.data(), a.strides()[0], a.strides()[1]}, right{b.data(), b.strides()[0], b.strides()[1]};
  if (m <= 2 && left.col == 1 && right.row == 1) {
    // One or two tokens: packing the weights would cost more than the products.
    parallel_ranges(n, 64, [&](int64_t begin, int64_t end) {
      for (int64_t i = 0; i < m; ++i)
        for (int64_t j = begin; j < end; ++j)
          to[i * n + j] = table().dot(k, left.data + i * left.row, right.data + j * right.col);
    });
    return c;
  }
  const bool small = m * n * k < 64 * 1024;
  const auto for_pieces = [&](int64_t count, const std::function<void(int64_t)>& piece) {
    if (!small) return parallel_for(count, piece);
    for (int64_t i = 0; i < count; ++i) piece(i);
  };
  // B once into panels, then C in about sixteen pieces, each a multiple of every tile.
  Tensor packed({kernels::packed_count(k, n)});
  Real* panels = packed.mutable_data();
  constexpr int64_t pack_cols = 2 * kernels::kPanelCols;
  for_pieces((n + pack_cols - 1) / pack_cols, [&](int64_t i) {
    const int64_t j0 = i * pack_cols;
    table().pack(k, std::min(pack_cols, n - j0), {right.data + j0 * right.col, right.row, right.col}, panels + j0 * k);
  });
  const int64_t rows = std::clamp<int64_t>((m / 12 + 47) / 48 * 48, 48, 192), cols = 512;
  const int64_t row_pieces = (m + rows - 1) / rows, col_pieces = (n + cols - 1) / cols;
  for_pieces(row_pieces * col_pieces, [&](int64_t i) {
    const int64_t i0 = i % row_pieces * rows, j0 = i / row_pieces * cols;
    table().gemm(std::min(rows, m - i0), std::min(cols, n - j0), k, {left.data + i0 * left.row, left.row, left.col},
                 kernels::packed(panels + j0 * k, k), to + i0 * n + j0, n, false);
  });
  return c;
}

namespace {

void check_rows(const char* op, const Tensor& table_of_rows, const IntTensor& index) {
  check(table_of_rows.rank() == 2 && index.rank() == 1, "[{}] needs rows [R,d] and an index [n], not {} and {}", op,
        table_of_rows.shape(), index.shape());
  for (int32_t i : index.values())
    check(i >= 0 && i < table_of_rows.dim(0), "[{}] index {} is outside the {} rows", op, i, table_of_rows.dim(0));
}

void check_update(const char* op, const Tensor& y, const IntTensor& index, const Tensor& x) {
  check(y.contiguous() && x.shape() == Shape({index.dim(0), y.dim(1)}), "[{}] {} does not give {} rows to {}", op,
        x.shape(), index.dim(0), y.shape());
}

}  // namespace

Tensor gather_rows(const Tensor& x, const IntTensor& index) {
  check_rows("gather_rows", x, index);
  const Tensor from = x.contiguous_copy();
  const int64_t d = x.dim(1);
  Tensor out({index.dim(0), d});
  Real* to = out.mutable_data();
  for (int64_t i = 0; i < index.dim(0); ++i) std::copy_n(from.data() + index.data()[i] * d, d, to + i * d);
  return out;
}

void scatter_add_rows(Tensor& y, const IntTensor& index, const Tensor& x) {
  check_rows("scatter_add_rows", y, index);
  check_update("scatter_add_rows", y, index, x);
  const Tensor from = x.contiguous_copy();
  const int64_t d = y.dim(1);
  Real* to = y.mutable_data();
  for (int64_t i = 0; i < index.dim(0); ++i) table().add_scaled(d, 1, from.data() + i * d, to + index.data()[i] * d);
}

void replace_rows(Tensor& y, const IntTensor& index, const Tensor& x) {
  check_rows("replace_rows", y, index);
  check_update("replace_rows", y, index, x);
  std::vector<bool> seen(y.dim(0), false);
  for (int32_t i : index.values()) {
    check(!seen[i], "[replace_rows] row {} is replaced twice", i);
    seen[i] = true;
  }
  const Tensor from = x.contiguous_copy();
  const int64_t d = y.dim(1);
  Real* to = y.mutable_data();
  for (int64_t i = 0; i < index.dim(0); ++i) std::copy_n(from.data() + i * d, d, to + index.data()[i] * d);
}

Real* thread_scratch(int64_t count) {
  thread_local Tensor buffer;
  if (!buffer.defined() || buffer.count() < count) buffer = Tensor({count});
  return buffer.mutable_data();
}

}  // namespace tinymor
