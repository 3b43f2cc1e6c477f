#pragma once
// exp and log from additions, multiplications and one division, because the C library's differ in their last bits from
// machine to machine. One text serves single floats and SIMD registers: `V` is float or a vector of floats, and Ops<V>
// says what the language has no operator for. Docs: docs/04-why-is-it-fast.md

#include <bit>
#include <cmath>
#include <cstdint>

namespace tinymor::series {

/// What V needs beside + - * /; I below is int32 in the lanes of V.
///   fma(a, b, c) = a*b + c rounded once, splat(x): x in every lane, bits(V) -> I and from_bits(I) -> V: the same bits,
///   to_float(I) -> V: the same value.
template <class V>
struct Ops;

template <>
struct Ops<float> {
  static float fma(float a, float b, float c) { return std::fma(a, b, c); }
  static float splat(float x) { return x; }
  static int32_t bits(float x) { return std::bit_cast<int32_t>(x); }
  static float from_bits(int32_t x) { return std::bit_cast<float>(x); }
  static float to_float(int32_t x) { return static_cast<float>(x); }
};

// ln 2 in two parts; the first has trailing zero bits, so that n * ln 2 loses nothing for whole n.
constexpr float kLn2High = 0.693145752f, kLn2Low = 1.42860677e-6f;

/// e^x for -87 <= x <= 88: x = n ln 2 + r with |r| <= ln2/2, e^r by its Taylor series to r^7 (the next term is below
/// 2^-27), and 2^n by adding n to the exponent bits.
template <class V>
__attribute__((always_inline)) inline V exp(V x) {
  using O = Ops<V>;
  const V magic = O::splat(12582912.0f);  // 1.5 * 2^23: adding it rounds to a whole number in the low bits
  const V shifted = O::fma(x, O::splat(1.44269504f), magic);
  const V n = shifted - magic;
  V r = O::fma(n, O::splat(-kLn2High), x);
  r = O::fma(n, O::splat(-kLn2Low), r);
  V e = O::splat(1.0f / 5040);
  const float coefficients[] = {1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1.0f, 1.0f};
#pragma GCC unroll 8
  for (float coefficient : coefficients) e = O::fma(e, r, O::splat(coefficient));
  return O::from_bits(O::bits(e) + ((O::bits(shifted) - O::bits(magic)) << 23));
}

/// Natural logarithm of a positive normal x: x = 2^k m with m in [sqrt(1/2), sqrt(2)), and with s = (m-1)/(m+1),
/// log m = 2 (s + s^3/3 + s^5/5 + s^7/7 + s^9/9 + ...).
template <class V>
__attribute__((always_inline)) inline V log(V x) {
  using O = Ops<V>;
  const auto k = (O::bits(x) - 0x3F3504F3) >> 23;  // the bits of sqrt(1/2); the shift keeps the sign
  const V m = O::from_bits(O::bits(x) - (k << 23));
  const V s = (m - O::splat(1)) / (m + O::splat(1));
  const V s2 = s * s;
  V tail = O::splat(1.0f / 9);
  const float coefficients[] = {1.0f / 7, 1.0f / 5, 1.0f / 3};
#pragma GCC unroll 8
  for (float coefficient : coefficients) tail = O::fma(tail, s2, O::splat(coefficient));
  const V log_m = O::fma(tail * s2, s + s, s + s);
  const V kf = O::to_float(k);
  return O::fma(kf, O::splat(kLn2High), O::fma(kf, O::splat(kLn2Low), log_m));
}

}  // namespace tinymor::series
