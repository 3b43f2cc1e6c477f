// Matrix products: which of three ways a product takes, and how it is divided among threads. The loops themselves are
// in kernels/gemm.cpp. Docs: docs/04-why-is-it-fast.md
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

// Three ways to compute c [m,n] = a [m,k] b [k,n]. Which one, and where it cuts, depends on sizes and strides alone, so
// that the bits do not depend on the number of threads.

/// For one or two rows, as when a model writes token by token: a dot product for each element of c. Each number of b is
/// used once or twice, so that bringing b into panels would cost more than the products. Needs rows of a and columns of
/// b without gaps.
void product_by_dots(const Sizes& size, Matrix a, Matrix b, Real* c) {
  const int64_t m = size.m, k = size.k, n = size.n;
  // A piece reads about 65536 numbers of b, some ten microseconds of work: handing out less would cost more than it
  // brings.
  const int64_t columns = std::max<int64_t>(64, 65536 / std::max<int64_t>(1, k));
  parallel_ranges(n, columns, [&](int64_t begin, int64_t end) {
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = begin; j < end; ++j) c[i * n + j] = table().dot(k, a.data + i * a.row, b.data + j * b.col);
  });
}

/// For a small product: all in this thread.
void product_in_one_piece(const Sizes& size, Matrix a, Matrix b, Real* c) {
  const int64_t m = size.m, k = size.k, n = size.n;
  Tensor panels(Shape{kernels::packed_count(k, n)});
  table().pack(k, n, b, panels.mutable_data());
  table().gemm(m, n, k, a, kernels::packed(panels.data(), k), c, n, false);
}

/// A sum over this many k or more, if k is at least twice the rows of c, is made of two: the gradient of a weight is
/// such a sum over all tokens, and each thread then sums over the tokens that it had in the operations before, which
/// are still in its cache.
constexpr int64_t kLongSum = 512;
/// From this number of rows on, c has enough pieces of kPieceRows for all threads.
constexpr int64_t kTall = 512;
/// A multiple of the rows of every tile. The part of a that a piece reads at a time, 48 x 384 numbers (kBlockDepth in
/// gemm.cpp), is 72 KiB and stays in the second-level cache for all panels of the piece: at most 16.
constexpr int64_t kPieceRows = 48, kPieceCols = 16 * kernels::kPanelCols;

/// For a large product: threads bring b into panels, then each computes rectangles of c.
void product_in_pieces(const Sizes& size, Matrix a, Matrix b, Real* c) {
  const int64_t m = size.m, k = size.k, n = size.n;
  const int64_t parts = k >= kLongSum && k >= 2 * m && m >= 64 ? 2 : 1, depth = pieces_of(k, parts);
  const auto depth_of = [&](int64_t part) { return std::min(depth, k - part * depth); };

  // 1. Pack b: panels [parts][depth, n], cut into pieces of two panels.
  const int64_t panel_count = kernels::packed_count(depth, n);
  Tensor panels({parts, panel_count});
  Real* packed = panels.mutable_data();
  constexpr int64_t pack_cols = 2 * kernels::kPanelCols;
  const int64_t packs = pieces_of(n, pack_cols);
  parallel_for(parts * packs, [&](int64_t piece) {
    const int64_t part = piece / packs, j = piece % packs * pack_cols;
    const Real* from = b.data + part * depth * b.row + j * b.col;
    table().pack(depth_of(part), std::min(pack_cols, n - j), {from, b.row, b.col},
                 packed + part * panel_count + j * depth_of(part));
  });

  // 2. Multiply, in rectangles of c: the first sum goes to c, the second to a matrix of its own. A tall c is cut
  // between rows first, so that threads have the same rows as in the operation before; a small one between panels,
  // which divide more evenly.
  const bool tall = m >= kTall;
  const int64_t rows = kPieceRows, cols = tall ? kPieceCols : kernels::kPanelCols;
  const int64_t row_pieces = pieces_of(m, rows), col_pieces = pieces_of(n, cols), pieces = row_pieces * col_pieces;
  Tensor second(Shape{(parts - 1) * m * n});
  Real* sums[] = {c, second.mutable_data()};
  parallel_for(parts * pieces, [&](int64_t index) {
    const int64_t part = index / pieces, piece = index % pieces, p = part * depth;
    const int64_t i = (tall ? piece / col_pieces : piece % row_pieces) * rows;
    const int64_t j = (tall ? piece % col_pieces : piece / row_pieces) * cols;
    table().gemm(std::min(rows, m - i), std::min(cols, n - j), depth_of(part),
                 {a.data + i * a.row + p * a.col, a.row, a.col},
                 kernels::packed(packed + part * panel_count + j * depth_of(part), depth_of(part)),
                 sums[part] + i * n + j, n, false);
  });

  // 3. Add the second sum.
  if (parts == 1) return;
  parallel_ranges(m * n, 16384,
                  [&](int64_t begin, int64_t end) { table().add_scaled(end - begin, 1, sums[1] + begin, c + begin); });
}

/// From here on a product is worth several threads. 65536 multiply-adds take one thread a microsecond or two, about as
/// long as it takes to wake the others.
constexpr int64_t kLargeProduct = 64 * 1024;

void product(const Sizes& size, Matrix a, Matrix b, Real* c) {
  if (size.m <= 2 && a.col == 1 && b.row == 1) {
    product_by_dots(size, a, b, c);
  } else if (size.m * size.n * size.k < kLargeProduct) {
    product_in_one_piece(size, a, b, c);
  } else {
    product_in_pieces(size, a, b, c);
  }
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
