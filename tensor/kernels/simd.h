#pragma once
// Sixteen numbers at a time, whatever the processor's registers hold.
//
// Every file in this folder that includes this header is compiled once per SIMD level (see tensor/CMakeLists.txt), each
// time into a namespace of its own. All levels compute with the same sixteen virtual lanes: `Vec` is one AVX-512
// register, a pair of AVX2 registers or four of SSE or NEON, and a sum over lanes always halves 16 -> 8 -> 4 -> 2 -> 1.
// So every level that has fused multiply-add gives the same bits.
//
// Files compiled per level must not use inline functions of other headers: the linker keeps one copy of those, and it
// could be one that only a newer processor can run. Docs: docs/04-why-is-it-fast.md

#include <cstdint>

#include "tensor/real.h"

#if defined(TINYMOR_LEVEL_AVX512) || defined(TINYMOR_LEVEL_AVX2)
#include <immintrin.h>
#elif defined(TINYMOR_LEVEL_NEON)
#include <arm_neon.h>
#endif

#define TINYMOR_INLINE inline __attribute__((always_inline))

namespace tinymor::kernels::TINYMOR_LEVEL {

/// std::min, which files compiled per level must not use.
TINYMOR_INLINE int64_t smaller(int64_t a, int64_t b) {
  return a < b ? a : b;
}

#if defined(TINYMOR_LEVEL_AVX512)
constexpr int kRegisterBytes = 64;
#elif defined(TINYMOR_LEVEL_AVX2)
constexpr int kRegisterBytes = 32;
#else
constexpr int kRegisterBytes = 16;
#endif
constexpr int kRegisterLanes = kRegisterBytes / sizeof(Real);
constexpr int kLanes = 16;

typedef Real Register __attribute__((vector_size(kRegisterBytes)));
/// The same bytes at any address.
typedef Real UnalignedRegister __attribute__((vector_size(kRegisterBytes), aligned(alignof(Real)), may_alias));

/// N lanes: one register, or two halves.
template <int N>
struct Lanes {
  Lanes<N / 2> lo, hi;
};
template <>
struct Lanes<kRegisterLanes> {
  Register v;
};
using Vec = Lanes<kLanes>;

/// Applies `f` register by register.
template <class F, int N, class... More>
TINYMOR_INLINE Lanes<N> map(F f, Lanes<N> a, More... more) {
  if constexpr (N == kRegisterLanes) {
    return {f(a.v, more.v...)};
  } else {
    return {map(f, a.lo, more.lo...), map(f, a.hi, more.hi...)};
  }
}

template <int N = kLanes>
TINYMOR_INLINE Lanes<N> load(const Real* p) {
  if constexpr (N == kRegisterLanes) {
    return {*reinterpret_cast<const UnalignedRegister*>(p)};
  } else {
    return {load<N / 2>(p), load<N / 2>(p + N / 2)};
  }
}

template <int N>
TINYMOR_INLINE void store(Real* p, Lanes<N> a) {
  if constexpr (N == kRegisterLanes) {
    *reinterpret_cast<UnalignedRegister*>(p) = a.v;
  } else {
    store(p, a.lo);
    store(p + N / 2, a.hi);
  }
}

/// The first n lanes from memory, the others `fill`.
TINYMOR_INLINE Vec load_first(const Real* p, int64_t n, Real fill = 0) {
#if defined(TINYMOR_LEVEL_AVX512)
  return {_mm512_mask_loadu_ps(_mm512_set1_ps(fill), __mmask16((1u << n) - 1), p)};
#else
  alignas(64) Real lanes[kLanes];
  for (int64_t i = 0; i < kLanes; ++i) lanes[i] = i < n ? p[i] : fill;
  return load(lanes);
#endif
}

/// The first n lanes to memory.
TINYMOR_INLINE void store_first(Real* p, int64_t n, Vec a) {
#if defined(TINYMOR_LEVEL_AVX512)
  _mm512_mask_storeu_ps(p, __mmask16((1u << n) - 1), a.v);
#else
  alignas(64) Real lanes[kLanes];
  store(lanes, a);
  for (int64_t i = 0; i < n; ++i) p[i] = lanes[i];
#endif
}

template <int N = kLanes>
TINYMOR_INLINE Lanes<N> splat(Real x) {
  if constexpr (N == kRegisterLanes) {
    return {x - Register{}};  // x - 0 is x to the bit, also for -0
  } else {
    return {splat<N / 2>(x), splat<N / 2>(x)};
  }
}

TINYMOR_INLINE Vec operator+(Vec a, Vec b) {
  return map([](Register x, Register y) { return x + y; }, a, b);
}
TINYMOR_INLINE Vec operator-(Vec a, Vec b) {
  return map([](Register x, Register y) { return x - y; }, a, b);
}
TINYMOR_INLINE Vec operator*(Vec a, Vec b) {
  return map([](Register x, Register y) { return x * y; }, a, b);
}
TINYMOR_INLINE Vec operator/(Vec a, Vec b) {
  return map([](Register x, Register y) { return x / y; }, a, b);
}
/// The second where either is NaN: a bound goes first, so that a NaN stays one.
TINYMOR_INLINE Vec max(Vec a, Vec b) {
  return map([](Register x, Register y) { return x > y ? x : y; }, a, b);
}
TINYMOR_INLINE Vec min(Vec a, Vec b) {
  return map([](Register x, Register y) { return x < y ? x : y; }, a, b);
}

/// 1 where the comparison holds, 0 elsewhere.
TINYMOR_INLINE Vec less(Vec a, Vec b) {
  return map([](Register x, Register y) { return x < y ? Register{} + 1 : Register{}; }, a, b);
}
TINYMOR_INLINE Vec less_equal(Vec a, Vec b) {
  return map([](Register x, Register y) { return x <= y ? Register{} + 1 : Register{}; }, a, b);
}
TINYMOR_INLINE Vec equal(Vec a, Vec b) {
  return map([](Register x, Register y) { return x == y ? Register{} + 1 : Register{}; }, a, b);
}
TINYMOR_INLINE Register sqrt(Register x) {
#if defined(TINYMOR_LEVEL_AVX512)
  return _mm512_sqrt_ps(x);
#elif defined(TINYMOR_LEVEL_AVX2)
  return _mm256_sqrt_ps(x);
#elif defined(TINYMOR_LEVEL_NEON)
  return vsqrtq_f32(x);
#else
  for (int i = 0; i < kRegisterLanes; ++i)
    x[i] = Real(sizeof(Real) == 4 ? __builtin_sqrtf(float(x[i])) : __builtin_sqrt(double(x[i])));
  return x;
#endif
}
TINYMOR_INLINE Vec sqrt(Vec x) {
  return map([](Register r) { return sqrt(r); }, x);
}

/// a*b + c, rounded once where the level has fused multiply-add.
TINYMOR_INLINE Register fma(Register a, Register b, Register c) {
#if defined(TINYMOR_LEVEL_AVX512)
  return _mm512_fmadd_ps(a, b, c);
#elif defined(TINYMOR_LEVEL_AVX2)
  return _mm256_fmadd_ps(a, b, c);
#elif defined(TINYMOR_LEVEL_NEON)
  return vfmaq_f32(c, a, b);
#else
  return a * b + c;
#endif
}
TINYMOR_INLINE Vec fma(Vec a, Vec b, Vec c) {
  return map([](Register x, Register y, Register z) { return fma(x, y, z); }, a, b, c);
}

/// All lanes as one number, halving: lane i with lane i+8, then i+4, i+2, i+1.
template <int N, class F, class V>
TINYMOR_INLINE Real fold(F f, V lanes) {
  if constexpr (N == 1) {
    return lanes;
  } else if constexpr (N == 2) {
    return f(lanes[0], lanes[1]);
  } else {
    typedef Real Half __attribute__((vector_size(N / 2 * sizeof(Real))));
    Half lo, hi;
    __builtin_memcpy(&lo, &lanes, sizeof(Half));
    __builtin_memcpy(&hi, reinterpret_cast<const char*>(&lanes) + sizeof(Half), sizeof(Half));
    return fold<N / 2>(f, f(lo, hi));
  }
}
template <class F, int N>
TINYMOR_INLINE Real reduce(F f, Lanes<N> a) {
  if constexpr (N == kRegisterLanes) {
    return fold<N>(f, a.v);
  } else {
    return reduce(f, map(f, a.lo, a.hi));
  }
}
TINYMOR_INLINE Real sum(Vec a) {
  return reduce([](auto x, auto y) { return x + y; }, a);
}
TINYMOR_INLINE Real max_lane(Vec a) {
  return reduce([](auto x, auto y) { return x > y ? x : y; }, a);
}

/// The numbers 0..N-1 as template arguments.
template <int... i>
struct Indices {};
template <int N, int... i>
struct MakeIndices : MakeIndices<N - 1, N - 1, i...> {};
template <int... i>
struct MakeIndices<0, i...> {
  using type = Indices<i...>;
};

/// One step of a transposition: exchanges the lanes of `a` that have bit `s` with the lanes of `b` that have not.
template <int s, int... lane>
TINYMOR_INLINE void exchange(Register& a, Register& b, Indices<lane...>) {
  const Register low = __builtin_shufflevector(a, b, ((lane & s) ? kRegisterLanes + lane - s : lane)...);
  b = __builtin_shufflevector(a, b, ((lane & s) ? kRegisterLanes + lane : lane + s)...);
  a = low;
}

/// Transposes the square matrix whose rows are the registers of `rows`, swapping blocks of s lanes, s = 1, 2, 4, ...
template <int s = 1>
TINYMOR_INLINE void transpose(Register (&rows)[kRegisterLanes]) {
  if constexpr (s < kRegisterLanes) {
#pragma GCC unroll 16
    for (int i = 0; i < kRegisterLanes; ++i)
      if (!(i & s)) exchange<s>(rows[i], rows[i + s], typename MakeIndices<kRegisterLanes>::type());
    transpose<2 * s>(rows);
  }
}

}  // namespace tinymor::kernels::TINYMOR_LEVEL
