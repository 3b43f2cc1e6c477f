// Matrix product, blocked for caches and registers.
//
// C [m,n] is computed in tiles of kTileRows x kTileCols that live in registers while k runs. B comes as panels of
// kPanelCols columns, so that the tile loop reads it from front to back; A is read where it lies, element by element.
// Each element of C is one chain of multiply-adds in the order of k, whatever the tile sizes: all SIMD levels with FMA
// and all splits over threads give the same bits. Docs: docs/04-why-is-it-fast.md
#include "tensor/kernels/level.h"
#include "tensor/kernels/simd.h"

namespace tinymor::kernels::TINYMOR_LEVEL {
namespace {

#if defined(TINYMOR_LEVEL_AVX512)
constexpr int kTileRows = 12, kTileVecs = 2;  // 24 of 32 registers hold the tile
#elif defined(TINYMOR_LEVEL_AVX2)
constexpr int kTileRows = 6, kTileVecs = 1;  // 12 of 16
#elif defined(TINYMOR_LEVEL_NEON)
constexpr int kTileRows = 4, kTileVecs = 1;  // 16 of 32
#else
constexpr int kTileRows = 2, kTileVecs = 1;  // 8 of 16
#endif
constexpr int kTileCols = kTileVecs * kLanes;
static_assert(kPanelCols % kTileCols == 0);
// A block of A, kBlockRows x kBlockDepth, stays in the second-level cache, and kBlockDepth rows of a panel in the
// first.
constexpr int64_t kBlockRows = 96, kBlockDepth = 384;
static_assert(kBlockRows % kTileRows == 0);

/// c [rows, cols] (+)= a [rows, depth] times kTileCols columns of a panel; rows <= kRows and cols <= kTileCols.
template <int kRows>
void tile(int64_t depth, const Real* a, int64_t a_row, int64_t a_col, const Real* b, int64_t b_row, Real* c,
          int64_t c_row, int64_t rows, int64_t cols, bool add) {
  const bool whole = rows == kRows && cols == kTileCols;
  Real border[kRows * kTileCols];
  Real* at = whole ? c : border;
  const int64_t at_row = whole ? c_row : kTileCols;
  if (!whole && add)
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < cols; ++j) border[i * kTileCols + j] = c[i * c_row + j];
  // Rows past the end repeat the last one; their results are thrown away.
  const Real* a_rows[kRows];
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) a_rows[i] = a + smaller(i, rows - 1) * a_row;
  Vec sums[kRows][kTileVecs];
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 16
    for (int j = 0; j < kTileVecs; ++j) sums[i][j] = add ? load(at + i * at_row + j * kLanes) : splat(0);
  for (int64_t p = 0; p < depth; ++p, b += b_row) {
    Vec b_values[kTileVecs];
#pragma GCC unroll 16
    for (int j = 0; j < kTileVecs; ++j) b_values[j] = load(b + j * kLanes);
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
      const Vec a_value = splat(a_rows[i][p * a_col]);
#pragma GCC unroll 16
      for (int j = 0; j < kTileVecs; ++j) sums[i][j] = fma(a_value, b_values[j], sums[i][j]);
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 16
    for (int j = 0; j < kTileVecs; ++j) store(at + i * at_row + j * kLanes, sums[i][j]);
  if (!whole)
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < cols; ++j) c[i * c_row + j] = border[i * kTileCols + j];
}

}  // namespace

void pack(int64_t k, int64_t n, Matrix b, Real* panels) {
  for (int64_t j0 = 0; j0 < n; j0 += kPanelCols, panels += k * kPanelCols) {
    const int64_t cols = smaller(kPanelCols, n - j0);
    const Real* from = b.data + j0 * b.col;
    int64_t p = 0;
    if (b.row == 1 && cols == kPanelCols) {
      // The columns lie one after the other: turn squares of them, register by register.
      for (; p + kRegisterLanes <= k; p += kRegisterLanes)
        for (int64_t j = 0; j < kPanelCols; j += kRegisterLanes) {
          Register square[kRegisterLanes];
#pragma GCC unroll 16
          for (int i = 0; i < kRegisterLanes; ++i) square[i] = load<kRegisterLanes>(from + (j + i) * b.col + p).v;
          transpose(square);
#pragma GCC unroll 16
          for (int i = 0; i < kRegisterLanes; ++i)
            store(panels + (p + i) * kPanelCols + j, Lanes<kRegisterLanes>{square[i]});
        }
    } else if (b.col == 1) {
      for (; p < k; ++p) {
        Real* to = panels + p * kPanelCols;
        for (int64_t j = 0; j < cols; ++j) to[j] = from[p * b.row + j];
        for (int64_t j = cols; j < kPanelCols; ++j) to[j] = 0;
      }
    }
    for (; p < k; ++p)
      for (int64_t j = 0; j < kPanelCols; ++j) panels[p * kPanelCols + j] = j < cols ? from[p * b.row + j * b.col] : 0;
  }
}

void gemm_tiles(int64_t m, int64_t n, int64_t k, Matrix a, Panels b, Real* c, int64_t c_row, bool add) {
  for (int64_t j0 = 0; j0 < n; j0 += kPanelCols)
    for (int64_t j = j0; j < smaller(n, j0 + kPanelCols); j += kTileCols)
      for (int64_t i = 0; i < m; i += kTileRows) {
        // The last rows take the smallest of three tiles that holds them.
        const int64_t rows = smaller(kTileRows, m - i);
        const auto fitting = rows * 3 > kTileRows * 2 ? tile<kTileRows>
                             : rows * 3 > kTileRows   ? tile<(kTileRows * 2 + 2) / 3>
                                                      : tile<(kTileRows + 2) / 3>;
        fitting(k, a.data + i * a.row, a.row, a.col, b.data + j0 / kPanelCols * b.panel + (j - j0), b.row,
                c + i * c_row + j, c_row, rows, smaller(kTileCols, n - j), add);
      }
}

void gemm(int64_t m, int64_t n, int64_t k, Matrix a, Panels b, Real* c, int64_t c_row, bool add) {
  if (k == 0) return gemm_tiles(m, n, 0, a, b, c, c_row, add);
  for (int64_t p = 0; p < k; p += kBlockDepth)
    for (int64_t i = 0; i < m; i += kBlockRows)
      gemm_tiles(smaller(kBlockRows, m - i), n, smaller(kBlockDepth, k - p),
                 {a.data + i * a.row + p * a.col, a.row, a.col}, {b.data + p * b.row, b.row, b.panel}, c + i * c_row,
                 c_row, add || p > 0);
}

Real dot(int64_t n, const Real* a, const Real* b) {
  Vec sums = splat(0);
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) sums = fma(load(a + i), load(b + i), sums);
  if (i < n) sums = fma(load_first(a + i, n - i), load_first(b + i, n - i), sums);
  return sum(sums);
}

}  // namespace tinymor::kernels::TINYMOR_LEVEL
