// One number in, one number out: arithmetic, activations, sums.
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
  n == kLanes ? store(p, a) : store_first(p, n, a);
}

template <class F>
TINYMOR_INLINE void binary_loop(F f, int64_t n, const Real* a, int64_t a_step, const Real* b, int64_t b_step,
                                Real* out) {
  const bool fast = (a_step == 0 || a_step == 1) && (b_step == 0 || b_step == 1);
  if (fast && n > 0) {
    const Vec a0 = splat(a[0]), b0 = splat(b[0]);
    for_blocks(n, [&](int64_t i, int64_t here) {
      store_up_to(out + i, here, f(a_step ? load_up_to(a + i, here) : a0, b_step ? load_up_to(b + i, here) : b0));
    });
  } else {
    for (int64_t i = 0; i < n; ++i) store_first(out + i, 1, f(splat(a[i * a_step]), splat(b[i * b_step])));
  }
}

template <class F>
TINYMOR_INLINE void unary_loop(F f, int64_t n, const Real* x, Real* out) {
  for_blocks(n, [&](int64_t i, int64_t here) { store_up_to(out + i, here, f(load_up_to(x + i, here))); });
}

}  // namespace

void binary(Binary op, int64_t n, const Real* a, int64_t a_step, const Real* b, int64_t b_step, Real* out) {
  switch (op) {
    case Binary::add:
      return binary_loop([](Vec x, Vec y) { return x + y; }, n, a, a_step, b, b_step, out);
    case Binary::sub:
      return binary_loop([](Vec x, Vec y) { return x - y; }, n, a, a_step, b, b_step, out);
    case Binary::mul:
      return binary_loop([](Vec x, Vec y) { return x * y; }, n, a, a_step, b, b_step, out);
    case Binary::div:
      return binary_loop([](Vec x, Vec y) { return x / y; }, n, a, a_step, b, b_step, out);
  }
}

void unary(Unary op, int64_t n, const Real* x, Real* out) {
  switch (op) {
    case Unary::exp:
      return unary_loop([](Vec v) { return exp(v); }, n, x, out);
    case Unary::log:
      return unary_loop([](Vec v) { return log(v); }, n, x, out);
    case Unary::sigmoid:
      return unary_loop([](Vec v) { return sigmoid(v); }, n, x, out);
    case Unary::silu:
      return unary_loop([](Vec v) { return v * sigmoid(v); }, n, x, out);
    case Unary::softplus:
      return unary_loop([](Vec v) { return softplus(v); }, n, x, out);
  }
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
