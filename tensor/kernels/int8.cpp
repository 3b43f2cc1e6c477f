// Products with weights of one byte: c_ij = a_scale_i b_scale_j sum_p a_ip b_pj, where a and b are whole numbers in
// -127..127. The sums are exact, so that every SIMD level and every split over threads gives the same bits.
//
// B comes as panels of kPanelCols columns in which the four bytes of four successive p are neighbours, because that is
// what the processor's instructions multiply and add at a time (kernels.h, packed_int8_count).
#include "tensor/kernels/level.h"
#include "tensor/kernels/simd.h"

namespace tinymor::kernels::TINYMOR_LEVEL {
namespace {

#if defined(TINYMOR_LEVEL_AVX512)
constexpr int kRows = 8;
#elif defined(TINYMOR_LEVEL_AVX2)
constexpr int kRows = 2;
#else
constexpr int kRows = 1;
#endif
constexpr int kVecs = kPanelCols / kLanes;

/// Adding it to a number and taking it away again rounds the number to a whole one, halves to the even one.
constexpr Real kRound = sizeof(Real) == 4 ? Real(0x1.8p23) : Real(0x1.8p52);
constexpr int64_t kGroup = 4;                              // bytes of successive p that are neighbours
constexpr int64_t kGroupBytes = kGroup * int64_t(kLanes);  // of one group, for kLanes columns

// Sixteen sums of 32 bits, and four numbers of a row of A, brought into the form in which they meet a group of B. The
// instructions multiply bytes without sign by bytes with sign: a b = |a| (sign(a) b). Two products of at most 127 * 127
// fit 16 bits.
#if defined(TINYMOR_LEVEL_AVX512)

struct Sums {
  __m512i lanes = _mm512_setzero_si512();
};
struct Four {
  __m512i size;
  __mmask64 negative;
};
TINYMOR_INLINE Four four(const int8_t* a) {
  int32_t bytes;
  __builtin_memcpy(&bytes, a, sizeof(bytes));
  const __m512i x = _mm512_set1_epi32(bytes);
  return {_mm512_abs_epi8(x), _mm512_movepi8_mask(x)};
}
TINYMOR_INLINE __m512i with_sign(Four a, const int8_t* b) {
  const __m512i y = _mm512_loadu_si512(b);
  return _mm512_mask_sub_epi8(y, a.negative, _mm512_setzero_si512(), y);
}
TINYMOR_INLINE void add_products(Sums& sums, Four a, const int8_t* b) {
  sums.lanes = _mm512_dpbusd_epi32(sums.lanes, a.size, with_sign(a, b));
}
TINYMOR_INLINE void store(int32_t* to, Sums sums) {
  _mm512_storeu_si512(to, sums.lanes);
}

#elif defined(TINYMOR_LEVEL_AVX2)

struct Sums {
  __m256i lo = _mm256_setzero_si256(), hi = _mm256_setzero_si256();
};
struct Four {
  __m256i size, sign;
};
TINYMOR_INLINE Four four(const int8_t* a) {
  int32_t bytes;
  __builtin_memcpy(&bytes, a, sizeof(bytes));
  const __m256i x = _mm256_set1_epi32(bytes);
  return {_mm256_abs_epi8(x), x};
}
TINYMOR_INLINE __m256i products(Four a, const int8_t* b) {
  const __m256i y = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b));
  return _mm256_madd_epi16(_mm256_maddubs_epi16(a.size, _mm256_sign_epi8(y, a.sign)), _mm256_set1_epi16(1));
}
TINYMOR_INLINE void add_products(Sums& sums, Four a, const int8_t* b) {
  sums.lo = _mm256_add_epi32(sums.lo, products(a, b));
  sums.hi = _mm256_add_epi32(sums.hi, products(a, b + kGroupBytes / 2));
}
TINYMOR_INLINE void store(int32_t* to, Sums sums) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), sums.lo);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + kLanes / 2), sums.hi);
}

#else

struct Sums {
  int32_t lanes[kLanes] = {};
};
struct Four {
  const int8_t* a;
};
TINYMOR_INLINE Four four(const int8_t* a) {
  return {a};
}
TINYMOR_INLINE void add_products(Sums& sums, Four four, const int8_t* b) {
  for (int i = 0; i < kLanes; ++i)
    for (int g = 0; g < kGroup; ++g) sums.lanes[i] += int32_t(four.a[g]) * int32_t(b[i * kGroup + g]);
}
TINYMOR_INLINE void store(int32_t* to, Sums sums) {
  for (int i = 0; i < kLanes; ++i) to[i] = sums.lanes[i];
}

#endif

TINYMOR_INLINE Int8Rows from(int64_t first, Int8Rows a) {
  return {a.data + first * a.row, a.row, a.scales + first};
}

/// The sums of `rows` rows with one panel, times the scales; cols <= kPanelCols of them are wanted.
template <int rows>
TINYMOR_INLINE void tile(int64_t k, Int8Rows a, const int8_t* panel, const Real* b_scales, int64_t cols, Real* c,
                         int64_t c_row) {
  Sums sums[rows][kVecs];
  for (int64_t p = 0; p < k; p += kGroup, panel += kVecs * kGroupBytes) {
#pragma GCC unroll 16
    for (int i = 0; i < rows; ++i) {
      const Four numbers = four(a.data + i * a.row + p);
#pragma GCC unroll 16
      for (int j = 0; j < kVecs; ++j) add_products(sums[i][j], numbers, panel + j * kGroupBytes);
    }
  }
  for (int i = 0; i < rows; ++i) {
    int32_t whole[kPanelCols];
    for (int j = 0; j < kVecs; ++j) store(whole + j * kLanes, sums[i][j]);
    for (int64_t j = 0; j < cols; ++j) c[i * c_row + j] = Real(whole[j]) * a.scales[i] * b_scales[j];
  }
}

}  // namespace

void quantise_rows(int64_t rows, int64_t k, const Real* x, int64_t x_row, int64_t row_bytes, int8_t* numbers,
                   Real* scales) {
  for (int64_t i = 0; i < rows; ++i, x += x_row, numbers += row_bytes) {
    Vec sizes = splat(0), nothing = splat(0);  // `nothing` becomes NaN where x is not finite
    for (int64_t p = 0; p < k; p += kLanes) {
      const Vec v = k - p < kLanes ? load_first(x + p, k - p) : load(x + p);
      sizes = max(sizes, max(v, splat(0) - v));
      nothing = nothing + v * splat(0);
    }
    const Real largest = max_lane(sizes), factor = largest > 0 ? 127 / largest : 0;
    const bool finite = sum(nothing) == 0;
    scales[i] = finite ? largest / 127 : Real(__builtin_nanf(""));
    for (int64_t p = 0; p < row_bytes; p += kLanes) {
      Real whole[kLanes];
      const Vec v = k - p < kLanes ? load_first(x + p, k - p) : load(x + p);
      store(whole, (v * splat(factor) + splat(kRound)) - splat(kRound));
      for (int64_t lane = 0; lane < smaller(kLanes, row_bytes - p); ++lane)
        numbers[p + lane] = finite ? int8_t(int32_t(whole[lane])) : int8_t(0);
    }
  }
}

void pack_int8(int64_t k, int64_t n, const int8_t* rows, int8_t* panels) {
  for (int64_t j = 0; j < packed_count(1, n); ++j)
    for (int64_t p = 0; p < k; ++p) {
      int8_t* panel = panels + j / kPanelCols * kPanelCols * k;
      panel[p / kGroup * kGroup * kPanelCols + j % kPanelCols * kGroup + p % kGroup] = j < n ? rows[j * k + p] : 0;
    }
}

void gemm_int8(int64_t m, int64_t n, int64_t k, Int8Rows a, Int8Panels b, Real* c, int64_t c_row) {
  for (int64_t j = 0; j < n; j += kPanelCols) {
    const int8_t* panel = b.data + j * k;
    const int64_t cols = smaller(kPanelCols, n - j);
    int64_t i = 0;
    for (; i + kRows <= m; i += kRows) tile<kRows>(k, from(i, a), panel, b.scales + j, cols, c + i * c_row + j, c_row);
    for (; i < m; ++i) tile<1>(k, from(i, a), panel, b.scales + j, cols, c + i * c_row + j, c_row);
  }
}

}  // namespace tinymor::kernels::TINYMOR_LEVEL
