// The matrix product C [m,n] = A [m,k] B [k,n] four times, each time a little better than before: the lower rungs of
// the ladder in docs/04-why-is-it-fast.md. The upper rungs are gemm.cpp and matmul.cpp. Nothing in the library calls
// these; `tinymor bench gemm --ladder` times them.
//
// All matrices are row-major without gaps. All four add up each element of C in the order of p, so that the first three
// give the same bits; the fourth uses fused multiply-add, which rounds once instead of twice.
#include "tensor/kernels/level.h"
#include "tensor/kernels/simd.h"

namespace tinymor::kernels::TINYMOR_LEVEL {
// As the definition says. The inner loop walks down a column of B: every step is a cache line of its own.
void product_naive(int64_t m, int64_t n, int64_t k, const Real* a, const Real* b, Real* c) {
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j) {
      Real sum = 0;
      for (int64_t p = 0; p < k; ++p) sum += a[i * k + p] * b[p * n + j];
      c[i * n + j] = sum;
    }
}

// The same loops in the order i, p, j: the inner one walks along a row of B and a row of C.
void product_reordered(int64_t m, int64_t n, int64_t k, const Real* a, const Real* b, Real* c) {
  for (int64_t i = 0; i < m * n; ++i) c[i] = 0;
  for (int64_t i = 0; i < m; ++i)
    for (int64_t p = 0; p < k; ++p)
      for (int64_t j = 0; j < n; ++j) c[i * n + j] += a[i * k + p] * b[p * n + j];
}

// Eight rows of B at a time, 512 columns wide: the block stays in the first-level cache while all rows of A pass, and
// each element of C is loaded and stored once per eight steps instead of once per step.
void product_blocked(int64_t m, int64_t n, int64_t k, const Real* a, const Real* b, Real* c) {
  constexpr int64_t depth = 8, columns = 512;
  const int64_t whole = k / depth * depth;
  for (int64_t i = 0; i < m * n; ++i) c[i] = 0;
  for (int64_t j0 = 0; j0 < n; j0 += columns) {
    const int64_t j1 = smaller(n, j0 + columns);
    for (int64_t p0 = 0; p0 < whole; p0 += depth)
      for (int64_t i = 0; i < m; ++i)
        for (int64_t j = j0; j < j1; ++j) {
          Real sum = c[i * n + j];
          for (int64_t p = p0; p < p0 + depth; ++p) sum += a[i * k + p] * b[p * n + j];
          c[i * n + j] = sum;
        }
    // The last rows of B do not fill a block.
    for (int64_t i = 0; i < m; ++i)
      for (int64_t p = whole; p < k; ++p)
        for (int64_t j = j0; j < j1; ++j) c[i * n + j] += a[i * k + p] * b[p * n + j];
  }
}

namespace {

// A tile of C takes eight registers at every SIMD level.
constexpr int kTileRows = kRegisterLanes / 2;

/// kTileRows x 16 elements of C stay in registers while p runs over all of k.
TINYMOR_INLINE void tile(int64_t n, int64_t k, const Real* a, const Real* b, Real* c) {
  Vec sums[kTileRows];
#pragma GCC unroll 8
  for (int i = 0; i < kTileRows; ++i) sums[i] = splat(0);
  for (int64_t p = 0; p < k; ++p) {
    const Vec row = load(b + p * n);
#pragma GCC unroll 8
    for (int i = 0; i < kTileRows; ++i) sums[i] = fma(splat(a[i * k + p]), row, sums[i]);
  }
#pragma GCC unroll 8
  for (int i = 0; i < kTileRows; ++i) store(c + i * n, sums[i]);
}

}  // namespace

// Tiles in registers: one load of 16 numbers of B serves kTileRows rows, and C is written once.
void product_tiled(int64_t m, int64_t n, int64_t k, const Real* a, const Real* b, Real* c) {
  const int64_t whole_rows = m / kTileRows * kTileRows, whole_columns = n / kLanes * kLanes;
  for (int64_t j = 0; j < whole_columns; j += kLanes)
    for (int64_t i = 0; i < whole_rows; i += kTileRows) tile(n, k, a + i * k, b + j, c + i * n + j);
  // The columns and rows that are left over are computed as in product_naive.
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = i < whole_rows ? whole_columns : 0; j < n; ++j) {
      Real sum = 0;
      for (int64_t p = 0; p < k; ++p) sum += a[i * k + p] * b[p * n + j];
      c[i * n + j] = sum;
    }
}

}  // namespace tinymor::kernels::TINYMOR_LEVEL
