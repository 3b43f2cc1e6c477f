// Element by element: arithmetic, activations and their slopes; and sums.
#include "tensor/kernels/level.h"
#include "tensor/kernels/vector_math.h"

namespace tinymor::kernels::TINYMOR_LEVEL {
namespace {

/// Calls f(i, n) for every block of sixteen, n = 16, and for the rest, n < 16.
template <class F>
TINYMOR_INLINE void for_blocks(int64_t n, F f) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) f(i, int64_t(kLanes));
  if (i < n) f(i, n - i);
}

TINYMOR_INLINE Vec load_up_to(const Real* p, int64_t n) {
  return n == kLanes ? load(p) : load_first(p, n);
}
TINYMOR_INLINE void store_up_to(Real* p, int64_t n, Vec a) {
  if (n == kLanes) {
    store(p, a);
  } else {
    store_first(p, n, a);
  }
}

template <class F>
TINYMOR_INLINE void binary_loop(F f, int64_t n, const Real* a, int64_t a_step, const Real* b, int64_t b_step,
                                Real* out) {
  const bool fast = (a_step == 0 || a_step == 1) && (b_step == 0 || b_step == 1);
  if (fast && n > 0) {
    const Vec a0 = splat(a[0]), b0 = splat(b[0]);
    for_blocks(n, [&](int64_t i, int64_t here) {
      const Vec x = a_step ? load_up_to(a + i, here) : a0;
      const Vec y = b_step ? load_up_to(b + i, here) : b0;
      store_up_to(out + i, here, f(x, y));
    });
  } else {
    for (int64_t i = 0; i < n; ++i) store_first(out + i, 1, f(splat(a[i * a_step]), splat(b[i * b_step])));
  }
}

// Each function with its derivative.

struct Exp {  // e^x, e^x
  static TINYMOR_INLINE Vec value(Vec x) { return exp(x); }
  static TINYMOR_INLINE Vec slope(Vec x) { return exp(x); }
};
struct Log {  // log x, 1/x
  static TINYMOR_INLINE Vec value(Vec x) { return log(x); }
  static TINYMOR_INLINE Vec slope(Vec x) { return splat(1) / x; }
};
struct Sqrt {  // x^1/2, 1/2 x^-1/2
  static TINYMOR_INLINE Vec value(Vec x) { return sqrt(x); }
  static TINYMOR_INLINE Vec slope(Vec x) { return splat(Real(0.5)) / sqrt(x); }
};
struct Abs {                                                                  // x sign(x), sign(x)
  static TINYMOR_INLINE Vec value(Vec x) { return x * slope(x) + splat(0); }  // -0 becomes 0
  static TINYMOR_INLINE Vec slope(Vec x) { return less(splat(0), x) - less(x, splat(0)); }
};
struct Relu {  // max(x, 0); 1 where x > 0, else 0
  static TINYMOR_INLINE Vec value(Vec x) { return max(splat(0), x); }
  static TINYMOR_INLINE Vec slope(Vec x) { return less(splat(0), x); }
};
struct Gelu {  // x P(x), P(x) + x p(x) with P and p the normal distribution and its density (Hendrycks and Gimpel 2016)
  static TINYMOR_INLINE Vec cumulative(Vec x) {
    return splat(Real(0.5)) * (splat(1) + erf(x * splat(Real(0.70710678118654752440))));
  }
  static TINYMOR_INLINE Vec value(Vec x) { return x * cumulative(x); }
  static TINYMOR_INLINE Vec slope(Vec x) {
    const Vec density = splat(Real(0.39894228040143267794)) * exp(splat(Real(-0.5)) * x * x);
    return fma(x, density, cumulative(x));
  }
};
struct GeluTanh {  // x s(2u) with u = sqrt(2/pi) (x + 0.044715 x^3): the same, approximated as GPT-2 does
  static TINYMOR_INLINE Vec twice_u(Vec x) {
    return splat(Real(1.59576912160573071176)) * fma(splat(Real(0.044715)) * x * x, x, x);
  }
  static TINYMOR_INLINE Vec value(Vec x) { return x * sigmoid(twice_u(x)); }
  static TINYMOR_INLINE Vec slope(Vec x) {
    const Vec s = sigmoid(twice_u(x));
    const Vec du = splat(Real(1.59576912160573071176)) * fma(splat(Real(3 * 0.044715)) * x, x, splat(1));
    return fma(x * s * (splat(1) - s), du, s);
  }
};
struct Sigmoid {  // s(x) = 1/(1 + e^-x), s (1 - s)
  static TINYMOR_INLINE Vec value(Vec x) { return sigmoid(x); }
  static TINYMOR_INLINE Vec slope(Vec x) {
    const Vec s = sigmoid(x);
    return s * (splat(1) - s);
  }
};
struct Silu {  // x s(x), s + x s (1 - s)
  static TINYMOR_INLINE Vec value(Vec x) { return x * sigmoid(x); }
  static TINYMOR_INLINE Vec slope(Vec x) {
    const Vec s = sigmoid(x);
    return fma(x * s, splat(1) - s, s);
  }
};
struct Tanh {  // 2 s(2x) - 1, 1 - tanh^2
  static TINYMOR_INLINE Vec value(Vec x) { return fma(splat(2), sigmoid(x + x), splat(-1)); }
  static TINYMOR_INLINE Vec slope(Vec x) {
    const Vec t = value(x);
    return splat(1) - t * t;
  }
};
struct Softplus {  // log(1 + e^x), s(x)
  static TINYMOR_INLINE Vec value(Vec x) { return softplus(x); }
  static TINYMOR_INLINE Vec slope(Vec x) { return sigmoid(x); }
};

template <class Call>
TINYMOR_INLINE void with_function(Unary f, Call call) {
  switch (f) {
    case Unary::exp:
      return call(Exp());
    case Unary::log:
      return call(Log());
    case Unary::sqrt:
      return call(Sqrt());
    case Unary::abs:
      return call(Abs());
    case Unary::relu:
      return call(Relu());
    case Unary::gelu:
      return call(Gelu());
    case Unary::gelu_tanh:
      return call(GeluTanh());
    case Unary::sigmoid:
      return call(Sigmoid());
    case Unary::silu:
      return call(Silu());
    case Unary::tanh:
      return call(Tanh());
    case Unary::softplus:
      return call(Softplus());
  }
}

}  // namespace

void binary(Binary op, int64_t n, const Real* a, int64_t a_step, const Real* b, int64_t b_step, Real* out) {
  const auto loop = [&](auto f) { binary_loop(f, n, a, a_step, b, b_step, out); };
  switch (op) {
    case Binary::add:
      return loop([](Vec x, Vec y) { return x + y; });
    case Binary::sub:
      return loop([](Vec x, Vec y) { return x - y; });
    case Binary::mul:
      return loop([](Vec x, Vec y) { return x * y; });
    case Binary::div:
      return loop([](Vec x, Vec y) { return x / y; });
    case Binary::less:
      return loop([](Vec x, Vec y) { return less(x, y); });
    case Binary::less_equal:
      return loop([](Vec x, Vec y) { return less_equal(x, y); });
    case Binary::equal:
      return loop([](Vec x, Vec y) { return equal(x, y); });
  }
}

void choose(int64_t n, const Real* condition, int64_t condition_step, const Real* a, int64_t a_step, const Real* b,
            int64_t b_step, Real* out) {
  for (int64_t i = 0; i < n; ++i) out[i] = condition[i * condition_step] != 0 ? a[i * a_step] : b[i * b_step];
}

void unary(Unary f, int64_t n, const Real* x, Real* out) {
  with_function(f, [&](auto function) {
    for_blocks(n,
               [&](int64_t i, int64_t here) { store_up_to(out + i, here, function.value(load_up_to(x + i, here))); });
  });
}

void unary_slope(Unary f, int64_t n, const Real* x, const Real* g, Real* out) {
  with_function(f, [&](auto function) {
    for_blocks(n, [&](int64_t i, int64_t here) {
      store_up_to(out + i, here, load_up_to(g + i, here) * function.slope(load_up_to(x + i, here)));
    });
  });
}

Real sum_of(int64_t n, const Real* x) {
  Vec sums = splat(0);
  for_blocks(n, [&](int64_t i, int64_t here) { sums = sums + load_up_to(x + i, here); });
  return sum(sums);
}

void add_scaled(int64_t n, Real scale, const Real* x, Real* y) {
  const Vec s = splat(scale);
  for_blocks(n, [&](int64_t i, int64_t here) {
    store_up_to(y + i, here, fma(s, load_up_to(x + i, here), load_up_to(y + i, here)));
  });
}

void swiglu(int64_t n, const Real* gate, const Real* up, Real* y) {
  for_blocks(n, [&](int64_t i, int64_t here) {
    const Vec a = load_up_to(gate + i, here);
    store_up_to(y + i, here, a * sigmoid(a) * load_up_to(up + i, here));
  });
}

void swiglu_backward(int64_t n, const Real* gate, const Real* up, const Real* g, Real* dgate, Real* dup) {
  for_blocks(n, [&](int64_t i, int64_t here) {
    const Vec a = load_up_to(gate + i, here), u = load_up_to(up + i, here), dy = load_up_to(g + i, here);
    const Vec s = sigmoid(a);
    // d silu(a)/da = s + a s (1 - s)
    store_up_to(dgate + i, here, dy * u * fma(a * s, splat(1) - s, s));
    store_up_to(dup + i, here, dy * a * s);
  });
}

}  // namespace tinymor::kernels::TINYMOR_LEVEL
