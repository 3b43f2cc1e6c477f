#pragma once
// exp, log and the functions made of them, on sixteen lanes.

#include "tensor/kernels/simd.h"

#ifdef TINYMOR_DOUBLE
#include <math.h>
#else
#include "tensor/kernels/series.h"

namespace tinymor::series {
template <>
struct Ops<kernels::TINYMOR_LEVEL::Register> {
  using V = kernels::TINYMOR_LEVEL::Register;
  typedef int32_t I __attribute__((vector_size(sizeof(V))));
  TINYMOR_INLINE static V fma(V a, V b, V c) { return kernels::TINYMOR_LEVEL::fma(a, b, c); }
  TINYMOR_INLINE static V splat(float x) { return x - V{}; }
  TINYMOR_INLINE static I bits(V x) { return (I)x; }
  TINYMOR_INLINE static V from_bits(I x) { return (V)x; }
  TINYMOR_INLINE static V to_float(I x) { return __builtin_convertvector(x, V); }
};
}  // namespace tinymor::series
#endif

namespace tinymor::kernels::TINYMOR_LEVEL {

#ifdef TINYMOR_DOUBLE
// Gradient checks need all digits of a double; the C library has them.
TINYMOR_INLINE Vec each_lane(Vec x, double (*f)(double)) {
  Real lanes[kLanes];
  store(lanes, x);
  for (Real& lane : lanes) lane = f(lane);
  return load(lanes);
}
TINYMOR_INLINE Vec exp(Vec x) {
  return each_lane(x, ::exp);
}
TINYMOR_INLINE Vec log(Vec x) {
  return each_lane(x, ::log);
}
#else
/// e^x: infinite from 88.73 on, and 0 below -87.33, where a float has no more than a few digits.
TINYMOR_INLINE Vec exp(Vec x) {
  return map(
      [](Register r) {
        const Register zero{}, low = zero - 87.33f, high = zero + 88.7228f;
        const Register floored = r < low ? low : r;
        const Register inside = series::exp(floored > high ? high : floored);
        const Register not_below = r < low ? zero : inside;
        const Register limited = r > high ? zero + __builtin_inff() : not_below;
        return r == r ? limited : r;  // NaN stays NaN
      },
      x);
}
/// Natural logarithm: minus infinity at 0, NaN below.
TINYMOR_INLINE Vec log(Vec x) {
  return map(
      [](Register r) {
        const Register zero{}, infinite = zero + __builtin_inff();
        const auto denormal = r < zero + 0x1p-126f;  // log x = log(2^25 x) - 25 log 2
        const Register normal = denormal ? r * 0x1p25f : r;
        const Register too_much = denormal ? zero + 17.3286795f : zero;
        const Register logarithm = series::log(normal) - too_much;
        const Register positive = r == infinite ? r : logarithm;
        const Register not_positive = r == zero ? zero - infinite : zero + __builtin_nanf("");
        return r > zero ? positive : not_positive;
      },
      x);
}
#endif

/// The error function, to 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26): 1 - t (a1 + t (a2 + ...)) e^-x^2 with
/// t = 1/(1 + px) for x >= 0, and erf(-x) = -erf(x).
TINYMOR_INLINE Vec erf(Vec x) {
#ifdef TINYMOR_DOUBLE
  return each_lane(x, ::erf);
#else
  const Vec minus = splat(0) - x, size = max(x, minus);
  const Vec t = splat(1) / fma(splat(0.3275911f), size, splat(1));
  Vec series = splat(1.061405429f);
  const float coefficients[] = {-1.453152027f, 1.421413741f, -0.284496736f, 0.254829592f};
  for (float a : coefficients) series = fma(series, t, splat(a));
  const Vec result = splat(1) - series * t * exp(minus * x);
  return fma(splat(-2) * less(x, splat(0)), result, result);
#endif
}

/// 1 / (1 + e^-x)
TINYMOR_INLINE Vec sigmoid(Vec x) {
  return splat(1) / (splat(1) + exp(splat(0) - x));
}

/// log(1 + e^x), written so that neither end overflows.
TINYMOR_INLINE Vec softplus(Vec x) {
  const Vec minus_abs = min(splat(0) - x, x);
  return max(splat(0), x) + log(splat(1) + exp(minus_abs));
}

}  // namespace tinymor::kernels::TINYMOR_LEVEL
