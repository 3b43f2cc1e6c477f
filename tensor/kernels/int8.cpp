// Products with weights of one byte: c_ij = a_scale_i b_scale_j sum_p a_ip b_pj, where a and b are whole numbers in
// -127..127. The sums are exact, so that every SIMD level and every split over threads gives the same bits.
//
// B comes as panels of kPanelCols columns in which the four bytes of four successive p are neighbours, because that is
// what the processor's instructions multiply and add at a time (kernels.h, Int8Panels).
//
// And products with weights of half a byte, -7..7: with so few numbers a scale for each column is too coarse, so there
// is one for every kInt4Group of them, and c_ij = a_scale_i sum_g b_scale_gj sum_{p in g} a_ip b_pj.
#include "tensor/kernels/level.h"
#include "tensor/kernels/simd.h"

namespace tinymor::kernels::TINYMOR_LEVEL {
namespace {

// Rows that meet a panel at a time: their sums take most of the registers. Fewer rows have several sums for each
// column, so that one addition need not wait for the one before.
#if defined(TINYMOR_LEVEL_AVX512)
constexpr int kRows = 12, kChains = 4;  // 12 * 2 of 32 registers
#elif defined(TINYMOR_LEVEL_AVX2)
constexpr int kRows = 2, kChains = 1;
#else
constexpr int kRows = 1, kChains = 1;
#endif
constexpr int kVecs = kPanelCols / kLanes;

/// Adding it to a number and taking it away again rounds the number to a whole one, halves to the even one.
constexpr Real kRound = sizeof(Real) == 4 ? Real(0x1.8p23) : Real(0x1.8p52);
constexpr int64_t kGroup = 4;                              // bytes of successive p that are neighbours
constexpr int64_t kGroupBytes = kGroup * int64_t(kLanes);  // of one group, for kLanes columns

// Sixteen sums of 32 bits, and four numbers of a row of A, brought into the form in which they meet a group of B. The
// instructions multiply bytes without sign by bytes with sign.
#if defined(TINYMOR_LEVEL_AVX512)

// sum a b = sum (a + 128) b - 128 sum b, and the last sum is known.
struct Sums {
  __m512i lanes = _mm512_setzero_si512();
};
struct Four {
  __m512i above;
};
TINYMOR_INLINE Four four(const int8_t* a) {
  int32_t bytes;
  __builtin_memcpy(&bytes, a, sizeof(bytes));
  return {_mm512_xor_si512(_mm512_set1_epi32(bytes), _mm512_set1_epi8(-128))};
}
TINYMOR_INLINE void add_products(Sums& sums, Four a, const int8_t* b) {
  sums.lanes = _mm512_dpbusd_epi32(sums.lanes, a.above, _mm512_loadu_si512(b));
}
TINYMOR_INLINE void add(Sums& sums, Sums more) {
  sums.lanes = _mm512_add_epi32(sums.lanes, more.lanes);
}
TINYMOR_INLINE void store(int32_t* to, Sums sums, const int32_t* column_sums) {
  const __m512i excess = _mm512_mullo_epi32(_mm512_loadu_si512(column_sums), _mm512_set1_epi32(128));
  _mm512_storeu_si512(to, _mm512_sub_epi32(sums.lanes, excess));
}

#elif defined(TINYMOR_LEVEL_AVX2)

// a b = |a| (sign(a) b): two products of at most 127 * 127 fit the 16 bits in which they are added.
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
TINYMOR_INLINE void add(Sums& sums, Sums more) {
  sums.lo = _mm256_add_epi32(sums.lo, more.lo);
  sums.hi = _mm256_add_epi32(sums.hi, more.hi);
}
TINYMOR_INLINE void store(int32_t* to, Sums sums, const int32_t*) {
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
TINYMOR_INLINE void add(Sums& sums, Sums more) {
  for (int i = 0; i < kLanes; ++i) sums.lanes[i] += more.lanes[i];
}
TINYMOR_INLINE void store(int32_t* to, Sums sums, const int32_t*) {
  for (int i = 0; i < kLanes; ++i) to[i] = sums.lanes[i];
}

#endif

// Adds eight products to each of sixteen sums: of eight numbers of a row with halves of bytes, from 0 to 15, in which
// those of the first four are the lower ones.
#if defined(TINYMOR_LEVEL_AVX512)

TINYMOR_INLINE void add_halves(Sums& sums, const int8_t* a, const uint8_t* b) {
  const __m512i x = _mm512_loadu_si512(b), half = _mm512_set1_epi8(15);
  int32_t numbers[2];
  __builtin_memcpy(numbers, a, sizeof(numbers));
  sums.lanes = _mm512_dpbusd_epi32(sums.lanes, _mm512_and_si512(x, half), _mm512_set1_epi32(numbers[0]));
  sums.lanes =
      _mm512_dpbusd_epi32(sums.lanes, _mm512_and_si512(_mm512_srli_epi16(x, 4), half), _mm512_set1_epi32(numbers[1]));
}

#elif defined(TINYMOR_LEVEL_AVX2)

// Four products of at most 15 * 127 fit the 16 bits in which they are added.
TINYMOR_INLINE __m256i products_of_halves(const int8_t* a, const uint8_t* b) {
  const __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b)), half = _mm256_set1_epi8(15);
  int32_t numbers[2];
  __builtin_memcpy(numbers, a, sizeof(numbers));
  const __m256i lower = _mm256_maddubs_epi16(_mm256_and_si256(x, half), _mm256_set1_epi32(numbers[0]));
  const __m256i upper =
      _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(x, 4), half), _mm256_set1_epi32(numbers[1]));
  return _mm256_madd_epi16(_mm256_add_epi16(lower, upper), _mm256_set1_epi16(1));
}
TINYMOR_INLINE void add_halves(Sums& sums, const int8_t* a, const uint8_t* b) {
  sums.lo = _mm256_add_epi32(sums.lo, products_of_halves(a, b));
  sums.hi = _mm256_add_epi32(sums.hi, products_of_halves(a, b + kGroupBytes / 2));
}

#else

TINYMOR_INLINE void add_halves(Sums& sums, const int8_t* a, const uint8_t* b) {
  for (int i = 0; i < kLanes; ++i)
    for (int g = 0; g < kGroup; ++g) {
      const uint8_t both = b[i * kGroup + g];
      sums.lanes[i] += int32_t(a[g]) * (both & 15) + int32_t(a[g + kGroup]) * (both >> 4);
    }
}

#endif

TINYMOR_INLINE Int8Rows from(int64_t first, Int8Rows a) {
  return {a.data + first * a.row, a.row, a.scales + first};
}

/// Adds the products of four numbers of each of `rows` rows with their group of a panel.
template <int rows>
TINYMOR_INLINE void add_group(Sums (&sums)[rows][kVecs], Int8Rows a, int64_t p, const int8_t* panel) {
  const int8_t* group = panel + p * kPanelCols;
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) {
    const Four numbers = four(a.data + i * a.row + p);
#pragma GCC unroll 16
    for (int j = 0; j < kVecs; ++j) add_products(sums[i][j], numbers, group + j * kGroupBytes);
  }
}

/// The sums of `rows` rows with one panel, times the scales; cols <= kPanelCols of them are wanted.
template <int rows>
void tile(int64_t k, Int8Rows a, Int8Panels panel, int64_t cols, Real* c, int64_t c_row) {
  constexpr int chains = rows * kChains <= kRows ? kChains : 1;
  Sums sums[chains][rows][kVecs];
  int64_t p = 0;
  for (; p + chains * kGroup <= k; p += chains * kGroup)
#pragma GCC unroll 16
    for (int chain = 0; chain < chains; ++chain) add_group<rows>(sums[chain], a, p + chain * kGroup, panel.data);
  for (; p < k; p += kGroup) add_group<rows>(sums[0], a, p, panel.data);
  for (int i = 0; i < rows; ++i) {
    int32_t whole[kPanelCols];
    for (int j = 0; j < kVecs; ++j) {
      for (int chain = 1; chain < chains; ++chain) add(sums[0][i][j], sums[chain][i][j]);
      store(whole + j * kLanes, sums[0][i][j], panel.sums + j * kLanes);
    }
    for (int64_t j = 0; j < cols; ++j) c[i * c_row + j] = Real(whole[j]) * a.scales[i] * panel.scales[j];
  }
}

/// All rows with one panel, as many as there are room for at a time.
template <int rows>
void tiles(int64_t m, int64_t k, Int8Rows a, Int8Panels panel, int64_t cols, Real* c, int64_t c_row) {
  int64_t i = 0;
  for (; i + rows <= m; i += rows) tile<rows>(k, from(i, a), panel, cols, c + i * c_row, c_row);
  if constexpr (rows > 1) tiles<rows / 2>(m - i, k, from(i, a), panel, cols, c + i * c_row, c_row);
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
    for (int64_t p = 0; p < row_bytes; ++p) numbers[p] = 0;
    for (int64_t p = 0; finite && p < k; p += kLanes) {
      Real whole[kLanes];
      const Vec v = k - p < kLanes ? load_first(x + p, k - p) : load(x + p);
      store(whole, (v * splat(factor) + splat(kRound)) - splat(kRound));
      for (int64_t lane = 0; lane < smaller(kLanes, k - p); ++lane) numbers[p + lane] = int8_t(int32_t(whole[lane]));
    }
  }
}

void pack_int8(int64_t k, int64_t n, const int8_t* rows, int8_t* panels, int32_t* sums) {
  for (int64_t j = 0; j < packed_count(1, n); ++j) {
    sums[j] = 0;
    for (int64_t p = 0; p < k; ++p) {
      int8_t* panel = panels + j / kPanelCols * kPanelCols * k;
      panel[p / kGroup * kGroup * kPanelCols + j % kPanelCols * kGroup + p % kGroup] = j < n ? rows[j * k + p] : 0;
      if (j < n) sums[j] += rows[j * k + p];
    }
  }
}

void gemm_int8(int64_t m, int64_t n, int64_t k, Int8Rows a, Int8Panels b, Real* c, int64_t c_row) {
  for (int64_t j = 0; j < n; j += kPanelCols) {
    const Int8Panels panel{b.data + j * k, b.scales + j, b.sums + j};
    tiles<kRows>(m, k, a, panel, smaller(kPanelCols, n - j), c + j, c_row);
  }
}

void pack_int4(int64_t k, int64_t n, int64_t padded, const Real* rows, uint8_t* panels, Real* scales) {
  for (int64_t j = 0; j < packed_count(1, n); ++j) {
    uint8_t* bytes = panels + j / kPanelCols * kPanelCols * padded / 2 + j % kPanelCols * kGroup;
    for (int64_t g = 0; g < padded / kInt4Group; ++g) {
      const int64_t first = g * kInt4Group, last = j < n ? smaller(first + kInt4Group, k) : first;
      Real largest = 0, nothing = 0;  // `nothing` becomes NaN where a number is not finite
      for (int64_t p = first; p < last; ++p) {
        const Real w = rows[j * k + p], size = w < 0 ? -w : w;
        largest = size > largest ? size : largest;
        nothing += w * 0;
      }
      const bool usable = nothing == 0 && largest > 0;
      scales[(j / kPanelCols * (padded / kInt4Group) + g) * kPanelCols + j % kPanelCols] = largest / 7 + nothing;
      for (int64_t p = first; p < first + kInt4Group; ++p) {
        const Real w = usable && p < last ? rows[j * k + p] : 0;
        const int32_t number = 8 + int32_t((w * (usable ? 7 / largest : 0) + kRound) - kRound);
        uint8_t& byte = bytes[p / (2 * kGroup) * kGroup * kPanelCols + p % kGroup];
        byte = p % (2 * kGroup) < kGroup ? uint8_t(number) : uint8_t(byte | number << 4);
      }
    }
  }
}

void sums_of_groups(int64_t n, const int8_t* numbers, int32_t* sums) {
  for (int64_t g = 0; g < n / kInt4Group; ++g) {
    sums[g] = 0;
    for (int64_t p = 0; p < kInt4Group; ++p) sums[g] += numbers[g * kInt4Group + p];
  }
}

void gemm_int4(int64_t m, int64_t n, int64_t k, Int8Rows a, const int32_t* sums, Int4Panels b, Real* c, int64_t c_row) {
  const int64_t groups = k / kInt4Group;
  for (int64_t j = 0; j < n; j += kPanelCols)
    for (int64_t i = 0; i < m; ++i) {
      Real whole[kPanelCols] = {};
      for (int64_t g = 0; g < groups; ++g) {
        const uint8_t* panel = b.data + (j * k + g * kInt4Group * kPanelCols) / 2;
        const Real* scales = b.scales + j * groups + g * kPanelCols;
        Sums products[kVecs];
        for (int64_t p = 0; p < kInt4Group; p += 2 * kGroup)
#pragma GCC unroll 16
          for (int v = 0; v < kVecs; ++v)
            add_halves(products[v], a.data + i * a.row + g * kInt4Group + p,
                       panel + p / 2 * kPanelCols + v * kGroupBytes);
        // The halves stand for 8 less.
        int32_t exact[kPanelCols], no_sums[kPanelCols] = {};
        for (int v = 0; v < kVecs; ++v) store(exact + v * kLanes, products[v], no_sums);
        for (int64_t x = 0; x < kPanelCols; ++x) whole[x] += Real(exact[x] - 8 * sums[i * groups + g]) * scales[x];
      }
      for (int64_t x = 0; x < smaller(kPanelCols, n - j); ++x) c[i * c_row + j + x] = whole[x] * a.scales[i];
    }
}

}  // namespace tinymor::kernels::TINYMOR_LEVEL
