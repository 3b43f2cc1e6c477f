// How one product is divided: B once into panels, then C in pieces that threads take.
#include <algorithm>

#include "tensor/error.h"
#include "tensor/ops.h"
#include "tensor/threads.h"

namespace tinymor {
namespace {

using kernels::Matrix;
using kernels::table;

struct Sizes {
  int64_t m, k, n;
};

int64_t pieces_of(int64_t n, int64_t size) {
  return (n + size - 1) / size;
}

/// c [m,n] = a [m,k] b [k,n]. Pieces are cut by the sizes alone, so that the bits do not depend on the threads.
void product(const Sizes& size, Matrix a, Matrix b, Real* c) {
  const auto [m, k, n] = size;
  if (m <= 2 && a.col == 1 && b.row == 1) {
    // One or two tokens: bringing the weights into panels would cost more than the products.
    parallel_ranges(n, std::max<int64_t>(64, 65536 / std::max<int64_t>(1, k)), [&](int64_t begin, int64_t end) {
      for (int64_t i = 0; i < m; ++i)
        for (int64_t j = begin; j < end; ++j) c[i * n + j] = table().dot(k, a.data + i * a.row, b.data + j * b.col);
    });
    return;
  }
  if (m * n * k < 64 * 1024) {
    Tensor panels(Shape{kernels::packed_count(k, n)});
    table().pack(k, n, b, panels.mutable_data());
    table().gemm(m, n, k, a, kernels::packed(panels.data(), k), c, n, false);
    return;
  }
  // A long sum, as the gradient of a weight is one over all tokens, is made of two halves: each thread then sums over
  // the tokens that it had in the operations before.
  const int64_t parts = k >= 512 && k >= 2 * m && m >= 64 ? 2 : 1, depth = pieces_of(k, parts);
  const int64_t panel_count = kernels::packed_count(depth, n);
  Tensor panels({parts, panel_count}), second(Shape{(parts - 1) * m * n});
  Real *packed = panels.mutable_data(), *sums[] = {c, second.mutable_data()};
  const auto depth_of = [&](int64_t part) { return std::min(depth, k - part * depth); };

  constexpr int64_t pack_cols = 2 * kernels::kPanelCols;
  const int64_t packs = pieces_of(n, pack_cols);
  parallel_for(parts * packs, [&](int64_t piece) {
    const int64_t part = piece / packs, j = piece % packs * pack_cols;
    const Real* from = b.data + part * depth * b.row + j * b.col;
    table().pack(depth_of(part), std::min(pack_cols, n - j), {from, b.row, b.col},
                 packed + part * panel_count + j * depth_of(part));
  });
  // A tall C is cut between rows, so that threads meet the rows again that they had in the operation before; a small
  // one between panels, which divide more evenly. 48 rows are a multiple of every tile.
  const bool tall = m >= 512;
  const int64_t rows = 48, cols = tall ? 512 : kernels::kPanelCols;
  const int64_t row_pieces = pieces_of(m, rows), col_pieces = pieces_of(n, cols), pieces = row_pieces * col_pieces;
  parallel_for(parts * pieces, [&](int64_t index) {
    const int64_t part = index / pieces, piece = index % pieces, p = part * depth;
    const int64_t i = (tall ? piece / col_pieces : piece % row_pieces) * rows;
    const int64_t j = (tall ? piece % col_pieces : piece / row_pieces) * cols;
    table().gemm(std::min(rows, m - i), std::min(cols, n - j), depth_of(part),
                 {a.data + i * a.row + p * a.col, a.row, a.col},
                 kernels::packed(packed + part * panel_count + j * depth_of(part), depth_of(part)),
                 sums[part] + i * n + j, n, false);
  });
  if (parts > 1)
    parallel_ranges(m * n, 16384, [&](int64_t begin, int64_t end) {
      table().add_scaled(end - begin, 1, sums[1] + begin, c + begin);
    });
}

/// The last two axes of one matrix of a batch.
Matrix matrix_of(const Tensor& x) {
  return {x.data(), x.strides()[x.rank() - 2], x.strides()[x.rank() - 1]};
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  check(a.rank() >= 2 && b.rank() >= 2, "[matmul] {} x {}: both must be matrices", a.shape(), b.shape());
  check(a.dim(-1) == b.dim(-2), "[matmul] {} x {}: inner sizes {} and {} differ", a.shape(), b.shape(), a.dim(-1),
        b.dim(-2));
  const Sizes size{a.dim(-2), a.dim(-1), b.dim(-1)};
  if (a.rank() == 2 && b.rank() == 2) {
    Tensor c({size.m, size.n});
    product(size, matrix_of(a), matrix_of(b), c.mutable_data());
    return c;
  }
  const auto batch_of = [](const Tensor& x) {
    return Shape(std::vector<int64_t>(x.shape().begin(), x.shape().end() - 2));
  };
  const auto with_matrix = [](const Shape& batch, int64_t rows, int64_t cols) {
    std::vector<int64_t> dims = batch.dims();
    dims.insert(dims.end(), {rows, cols});
    return Shape(std::move(dims));
  };
  const Shape batch = broadcast(batch_of(a), batch_of(b), "matmul");
  const Tensor x = a.expand(with_matrix(batch, size.m, size.k)), y = b.expand(with_matrix(batch, size.k, size.n));
  Tensor c(with_matrix(batch, size.m, size.n));
  Real* to = c.mutable_data();
  const Matrix left = matrix_of(x), right = matrix_of(y);
  for (int64_t i = 0; i < batch.count(); ++i) {
    int64_t rest = i, x_at = 0, y_at = 0;
    for (int64_t axis = batch.rank() - 1; axis >= 0; --axis) {
      const int64_t index = rest % batch[axis];
      rest /= batch[axis];
      x_at += index * x.strides()[axis];
      y_at += index * y.strides()[axis];
    }
    product(size, {left.data + x_at, left.row, left.col}, {right.data + y_at, right.row, right.col},
            to + i * size.m * size.n);
  }
  return c;
}

}  // namespace tinymor
