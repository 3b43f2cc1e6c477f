// Matrix product, blocked for caches and registers.
//
// C [m,n] is computed in tiles of kTileRows x kTileCols that live in registers while k runs; A and B are first copied
// ("packed") into the order in which the tile loop reads them, which also makes every stride, and so every transposed
// operand, equally fast. Each element of C is one chain of multiply-adds in the order of k, whatever the tile sizes:
// all SIMD levels with FMA and all splits over threads give the same bits.
#include "tensor/kernels/kernels.h"
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
// Packed A (rows x depth) and packed B (depth x cols) together fit a 1 MB second-level cache.
constexpr int kBlockRows = 96, kBlockCols = 512, kBlockDepth = 256;
static_assert(kBlockRows % kTileRows == 0 && kBlockCols % kTileCols == 0);
static_assert(kGemmScratch >= (kBlockRows + kBlockCols) * kBlockDepth + kLanes);

TINYMOR_INLINE int64_t smaller(int64_t a, int64_t b) {
  return a < b ? a : b;
}

/// Copies the transpose of `rows` rows of kRegisterLanes neighbours, register by register: out[p*width + i] =
/// from[i*row_stride + p]. Rows past the last are 0. May write up to a register past the end of each line of `width`.
template <int width>
TINYMOR_INLINE void pack_square(int64_t rows, const Real* from, int64_t row_stride, Real* out) {
  Register square[kRegisterLanes];
#pragma GCC unroll 16
  for (int i = 0; i < kRegisterLanes; ++i)
    square[i] = i < rows ? load<kRegisterLanes>(from + i * row_stride).v : Register{};
  transpose(square);
#pragma GCC unroll 16
  for (int p = 0; p < kRegisterLanes; ++p) store(out + p * width, Lanes<kRegisterLanes>{square[p]});
}

/// Copies x [rows, depth] into panels of `width` rows: panel by panel, for each depth the `width` values of that depth.
/// Rows past the end are zero.
template <int width>
void pack(int64_t rows, int64_t depth, const Real* x, int64_t row_stride, int64_t depth_stride, Real* out) {
  // What pack_square writes past a line must be overwritten by the next line, not lie in one that is done.
  static_assert(width <= kRegisterLanes || width % kRegisterLanes == 0);
  for (int64_t first = 0; first < rows; first += width, out += width * depth) {
    const int64_t here = smaller(width, rows - first);
    const Real* from = x + first * row_stride;
    int64_t p = 0;
    if (depth_stride == 1) {
      for (; p + kRegisterLanes <= depth; p += kRegisterLanes)
        for (int64_t i = 0; i < width; i += kRegisterLanes)
          pack_square<width>(here - i, from + i * row_stride + p, row_stride, out + p * width + i);
    } else if (row_stride == 1 && here == width) {
      for (; p < depth; ++p)
        for (int i = 0; i < width; ++i) out[p * width + i] = from[p * depth_stride + i];
    }
    for (; p < depth; ++p)
      for (int64_t i = 0; i < width; ++i) out[p * width + i] = i < here ? from[i * row_stride + p * depth_stride] : 0;
  }
}

/// c [rows, cols] (+)= one panel of A times one panel of B. `rows` and `cols` may be less than the tile.
void tile(int64_t depth, const Real* a, const Real* b, Real* c, int64_t c_row, int64_t rows, int64_t cols, bool add) {
  Vec sums[kTileRows][kTileVecs];
  const bool whole = rows == kTileRows && cols == kTileCols;
  Real border[kTileRows * kTileCols];
  Real* at = whole ? c : border;
  const int64_t at_row = whole ? c_row : kTileCols;
  if (!whole && add)
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < cols; ++j) border[i * kTileCols + j] = c[i * c_row + j];
#pragma GCC unroll 16
  for (int i = 0; i < kTileRows; ++i)
#pragma GCC unroll 16
    for (int j = 0; j < kTileVecs; ++j) sums[i][j] = add ? load(at + i * at_row + j * kLanes) : splat(0);
  for (int64_t p = 0; p < depth; ++p, a += kTileRows, b += kTileCols) {
    Vec b_row[kTileVecs];
#pragma GCC unroll 16
    for (int j = 0; j < kTileVecs; ++j) b_row[j] = load(b + j * kLanes);
#pragma GCC unroll 16
    for (int i = 0; i < kTileRows; ++i) {
      const Vec a_value = splat(a[i]);
#pragma GCC unroll 16
      for (int j = 0; j < kTileVecs; ++j) sums[i][j] = fma(a_value, b_row[j], sums[i][j]);
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < kTileRows; ++i)
#pragma GCC unroll 16
    for (int j = 0; j < kTileVecs; ++j) store(at + i * at_row + j * kLanes, sums[i][j]);
  if (!whole)
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < cols; ++j) c[i * c_row + j] = border[i * kTileCols + j];
}

}  // namespace

void gemm(int64_t m, int64_t n, int64_t k, Matrix a, Matrix b, Real* c, int64_t c_row, bool add, Real* scratch) {
  Real* packed_b = scratch;
  Real* packed_a = scratch + kBlockCols * kBlockDepth;
  if (k == 0 && !add)
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; ++j) c[i * c_row + j] = 0;
  for (int64_t j0 = 0; j0 < n; j0 += kBlockCols) {
    const int64_t cols = smaller(kBlockCols, n - j0);
    for (int64_t p0 = 0; p0 < k; p0 += kBlockDepth) {
      const int64_t depth = smaller(kBlockDepth, k - p0);
      pack<kTileCols>(cols, depth, b.data + p0 * b.row + j0 * b.col, b.col, b.row, packed_b);
      for (int64_t i0 = 0; i0 < m; i0 += kBlockRows) {
        const int64_t rows = smaller(kBlockRows, m - i0);
        pack<kTileRows>(rows, depth, a.data + i0 * a.row + p0 * a.col, a.row, a.col, packed_a);
        for (int64_t j = 0; j < cols; j += kTileCols)
          for (int64_t i = 0; i < rows; i += kTileRows)
            tile(depth, packed_a + i * depth, packed_b + j * depth, c + (i0 + i) * c_row + j0 + j, c_row,
                 smaller(kTileRows, rows - i), smaller(kTileCols, cols - j), add || p0 > 0);
      }
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
