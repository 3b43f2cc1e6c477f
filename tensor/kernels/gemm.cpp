// The matrix product C [m,n] = A [m,k] B [k,n], blocked for registers and caches. B comes as panels (kernels.h).
//
// Three functions, each of which keeps what it uses again one step closer to the processor:
//   tile         [kTileRows, kTileCols] of C stay in registers while p runs over k.
//   gemm_tiles   One panel of B, which stays in the first-level cache, meets all rows of A, tile by tile.
//   gemm         A block of A, which stays in the second-level cache, meets all panels of B.
//
// A is read where it is, number by number. Each element of C is one chain of multiply-adds in the order of k, whatever
// the sizes of tiles and blocks: all SIMD levels with FMA and all splits over threads give the same bits.
// Docs: docs/04-why-is-it-fast.md
#include "tensor/kernels/level.h"
#include "tensor/kernels/simd.h"

namespace tinymor::kernels::TINYMOR_LEVEL {
namespace {

// The size of a tile. Each step of p loads kTileVecs vectors of B and, one after the other, kTileRows numbers of A, for
// kTileRows * kTileVecs multiply-adds: the larger the tile, the more of them per load. The limit is the number of
// registers, because one vector of sixteen floats takes 1, 2 or 4 of them and B and A need some too.
#if defined(TINYMOR_LEVEL_AVX512)
constexpr int kTileRows = 12, kTileVecs = 2;  // the tile takes 12 * 2 * 1 = 24 of 32 registers
#elif defined(TINYMOR_LEVEL_AVX2)
constexpr int kTileRows = 6, kTileVecs = 1;  // 6 * 1 * 2 = 12 of 16
#elif defined(TINYMOR_LEVEL_NEON)
constexpr int kTileRows = 4, kTileVecs = 1;  // 4 * 1 * 4 = 16 of 32
#else
constexpr int kTileRows = 2, kTileVecs = 1;  // 2 * 1 * 4 = 8 of 16
#endif
constexpr int kTileCols = kTileVecs * kLanes;
static_assert(kPanelCols % kTileCols == 0);
constexpr int kPanelVecs = kPanelCols / kLanes;

// The depth of a block is how many rows of a panel `gemm_tiles` uses again for every tile of A's rows: 384 x 32 floats
// are 48 KiB with AVX-512, about a first-level cache; a tile of 16 columns touches half of them.
constexpr int64_t kBlockDepth = 384;
// The rows of a block of A, which meets one panel after the other: 96 x 384 floats are 144 KiB, which leaves room in a
// second-level cache of 256 KiB.
constexpr int64_t kBlockRows = 96;
static_assert(kBlockRows % kTileRows == 0);
// How many numbers ahead those that pass by the cache are asked for: a page of memory.
constexpr int64_t kAhead = 1024;

/// Copies a matrix [rows, cols].
TINYMOR_INLINE void copy(int64_t rows, int64_t cols, const Real* from, int64_t from_row, Real* to, int64_t to_row) {
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < cols; ++j) to[i * to_row + j] = from[i * from_row + j];
}

/// c [rows, cols] = a [rows, depth] b [depth, kCols], added to c when `add`; rows <= kRows and cols <= kCols, which are
/// kVecs vectors. With kPastCache b, which has no gaps, comes straight from memory, and what else the cache holds
/// stays.
template <int kRows, int kVecs, bool kPastCache = false>
void tile(int64_t depth, const Real* a, int64_t a_row, int64_t a_col, const Real* b, int64_t b_row, Real* c,
          int64_t c_row, int64_t rows, int64_t cols, bool add) {
  constexpr int64_t kCols = kVecs * kLanes;
  // 1. A part that does not fill the tile is computed in a buffer [kRows, kCols]: the loops below have fixed sizes.
  const bool whole = rows == kRows && cols == kCols;
  Real border[kRows * kCols];
  Real* to = whole ? c : border;
  const int64_t to_row = whole ? c_row : kCols;
  if (!whole && add) copy(rows, cols, c, c_row, border, kCols);

  // 2. Rows past the end of a repeat its last one; pass 5 drops their results.
  const Real* a_rows[kRows];
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) a_rows[i] = a + smaller(i, rows - 1) * a_row;

  // 3. The sums [kRows, kCols], in registers from here on.
  Vec sums[kRows][kVecs];
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 16
    for (int j = 0; j < kVecs; ++j) sums[i][j] = add ? load(to + i * to_row + j * kLanes) : splat(0);

  // 4. Row p of b [kCols] meets column p of a [kRows]: kRows * kVecs chains that do not wait for each other.
  for (int64_t p = 0; p < depth; ++p, b += b_row) {
    Vec b_values[kVecs];
#pragma GCC unroll 16
    for (int j = 0; j < kVecs; ++j) {
      if (kPastCache) __builtin_prefetch(b + j * kLanes + kAhead, 0, 0);
      b_values[j] = load(b + j * kLanes);
    }
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
      const Vec a_value = splat(a_rows[i][p * a_col]);
#pragma GCC unroll 16
      for (int j = 0; j < kVecs; ++j) sums[i][j] = fma(a_value, b_values[j], sums[i][j]);
    }
  }

  // 5. Back to memory.
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 16
    for (int j = 0; j < kVecs; ++j) store(to + i * to_row + j * kLanes, sums[i][j]);
  if (!whole) copy(rows, cols, border, kCols, c, c_row);
}

/// The smallest of three tiles that has room for `rows` rows.
auto* tile_for(int64_t rows) {
  constexpr int third = (kTileRows + 2) / 3, two_thirds = (2 * kTileRows + 2) / 3;
  if (rows <= third) return tile<third, kTileVecs>;
  if (rows <= two_thirds) return tile<two_thirds, kTileVecs>;
  return tile<kTileRows, kTileVecs>;
}

/// One row, as when a model writes token by token, with whole panels: the sums of more columns do not wait for each
/// other.
void gemm_row(int64_t n, int64_t k, Matrix a, Panels b, Real* c, bool add) {
  auto* row_tile = b.past_cache ? tile<1, kPanelVecs, true> : tile<1, kPanelVecs>;
  for (int64_t j = 0; j < n; j += kPanelCols)
    row_tile(k, a.data, a.row, a.col, b.data + j / kPanelCols * b.panel, b.row, c + j, 0, 1, smaller(kPanelCols, n - j),
             add);
}

// Three ways to fill one panel [k, kPanelCols] with columns of B.

/// Any strides, `cols` columns, the others 0; rows `first` and later.
void pack_numbers(int64_t first, int64_t k, int64_t cols, Matrix b, Real* panel) {
  for (int64_t p = first; p < k; ++p)
    for (int64_t j = 0; j < kPanelCols; ++j)
      panel[p * kPanelCols + j] = j < cols ? b.data[p * b.row + j * b.col] : Real(0);
}

/// Rows without gaps (b.col is 1): each row is copied.
void pack_rows(int64_t k, int64_t cols, Matrix b, Real* panel) {
  for (int64_t p = 0; p < k; ++p) {
    Real* to = panel + p * kPanelCols;
    for (int64_t j = 0; j < cols; ++j) to[j] = b.data[p * b.row + j];
    for (int64_t j = cols; j < kPanelCols; ++j) to[j] = 0;
  }
}

/// Columns without gaps (b.row is 1) that fill the panel: squares of kRegisterLanes x kRegisterLanes are transposed in
/// registers.
void pack_columns(int64_t k, Matrix b, Real* panel) {
  const int64_t whole = k / kRegisterLanes * kRegisterLanes;
  for (int64_t p = 0; p < whole; p += kRegisterLanes)
    for (int64_t j = 0; j < kPanelCols; j += kRegisterLanes) {
      Register square[kRegisterLanes];
#pragma GCC unroll 16
      for (int i = 0; i < kRegisterLanes; ++i) square[i] = load<kRegisterLanes>(b.data + (j + i) * b.col + p).v;
      transpose(square);
#pragma GCC unroll 16
      for (int i = 0; i < kRegisterLanes; ++i)
        store(panel + (p + i) * kPanelCols + j, Lanes<kRegisterLanes>{square[i]});
    }
  pack_numbers(whole, k, kPanelCols, b, panel);
}

}  // namespace

void pack(int64_t k, int64_t n, Matrix b, Real* panels) {
  for (int64_t j = 0; j < n; j += kPanelCols) {
    const int64_t cols = smaller(kPanelCols, n - j);
    const Matrix columns{b.data + j * b.col, b.row, b.col};
    Real* panel = panels + j * k;
    if (b.row == 1 && cols == kPanelCols) {
      pack_columns(k, columns, panel);
    } else if (b.col == 1) {
      pack_rows(k, cols, columns, panel);
    } else {
      pack_numbers(0, k, cols, columns, panel);
    }
  }
}

void gemm_tiles(int64_t m, int64_t n, int64_t k, Matrix a, Panels b, Real* c, int64_t c_row, bool add) {
  if (m == 1) return gemm_row(n, k, a, b, c, add);
  for (int64_t j = 0; j < n; j += kTileCols) {
    const Real* columns = b.data + j / kPanelCols * b.panel + j % kPanelCols;
    for (int64_t i = 0; i < m; i += kTileRows) {
      const int64_t rows = smaller(kTileRows, m - i), cols = smaller(kTileCols, n - j);
      tile_for(rows)(k, a.data + i * a.row, a.row, a.col, columns, b.row, c + i * c_row + j, c_row, rows, cols, add);
    }
  }
}

void gemm(int64_t m, int64_t n, int64_t k, Matrix a, Panels b, Real* c, int64_t c_row, bool add) {
  // A product without a sum is 0; the loops below would leave C as it is.
  // And a single row uses no panel twice.
  if (k == 0 || m == 1) return gemm_tiles(m, n, k, a, b, c, c_row, add);
  for (int64_t p = 0; p < k; p += kBlockDepth) {
    const int64_t depth = smaller(kBlockDepth, k - p);
    const Panels rows_of_b{b.data + p * b.row, b.row, b.panel};
    for (int64_t i = 0; i < m; i += kBlockRows) {
      const Matrix block_of_a{a.data + i * a.row + p * a.col, a.row, a.col};
      gemm_tiles(smaller(kBlockRows, m - i), n, depth, block_of_a, rows_of_b, c + i * c_row, c_row, add || p > 0);
    }
  }
}

Real dot(int64_t n, const Real* a, const Real* b) {
  Vec sums = splat(0);
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) sums = fma(load(a + i), load(b + i), sums);
  if (i < n) sums = fma(load_first(a + i, n - i), load_first(b + i, n - i), sums);
  return sum(sums);
}

}  // namespace tinymor::kernels::TINYMOR_LEVEL
