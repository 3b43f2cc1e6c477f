#include <algorithm>

#include "autograd/ops.h"
#include "tensor/error.h"
#include "tensor/threads.h"

namespace tinymor {
namespace {

using kernels::table;
using kernels::Unary;

const Op exp_op("exp"), log_op("log"), sqrt_op("sqrt"), abs_op("abs"), relu_op("relu"), gelu_op("gelu"),
    gelu_tanh_op("gelu_tanh"), sigmoid_op("sigmoid"), silu_op("silu"), tanh_op("tanh"), softplus_op("softplus"),
    softmax_op("softmax"), log_softmax_op("log_softmax"), dropout_op("dropout");

// y = f(x): dx = g f'(x). x is kept as numbers, so y does not have to be, and no recipe needs another one.
Variable apply(const Op& op, Unary f, const Variable& x) {
  const Saved kept(x.value());
  return record(
      op, {x}, elementwise(f, x.value()),
      [f, kept](const Tensor& g, InputGrads& in) { in.add(0, elementwise_slope(f, kept.get(), g)); },
      [f, kept] { return elementwise(f, kept.get()); });
}

/// Moves every row along the last axis so that its largest element is 0, which keeps all digits of the exponents
/// however large the elements are, and calls f(row, n, log(sum(e^row))) to replace it by the result, in x's shape.
template <class F>
Tensor by_rows(const char* op, const Tensor& x, F f) {
  check(x.rank() > 0, "[{}] a single number has no last axis", op);
  const Tensor from = x.contiguous_copy();
  const int64_t n = x.dim(-1), rows = n ? x.shape().rows() : 0;
  Tensor out(x.shape());
  Real* to = out.mutable_data();
  parallel_ranges(rows, std::max<int64_t>(1, 8192 / std::max<int64_t>(1, n)), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Real *numbers = from.data() + i * n, largest = *std::max_element(numbers, numbers + n);
      Real log_sum, *row = to + i * n;
      table().binary(kernels::Binary::sub, n, numbers, 1, &largest, 0, row);
      table().log_sum_exp(1, n, row, &log_sum);
      f(row, n, log_sum);
    }
  });
  return out;
}

bool is_last(const Variable& x, int64_t axis) {
  return axis == -1 || x.shape().normalize_axis(axis) == x.rank() - 1;
}

}  // namespace

Variable exp(const Variable& x) {
  return apply(exp_op, Unary::exp, x);
}
Variable log(const Variable& x) {
  return apply(log_op, Unary::log, x);
}
Variable sqrt(const Variable& x) {
  return apply(sqrt_op, Unary::sqrt, x);
}
Variable abs(const Variable& x) {
  return apply(abs_op, Unary::abs, x);
}
Variable relu(const Variable& x) {
  return apply(relu_op, Unary::relu, x);
}
Variable gelu(const Variable& x) {
  return apply(gelu_op, Unary::gelu, x);
}
Variable gelu_tanh(const Variable& x) {
  return apply(gelu_tanh_op, Unary::gelu_tanh, x);
}
Variable sigmoid(const Variable& x) {
  return apply(sigmoid_op, Unary::sigmoid, x);
}
Variable silu(const Variable& x) {
  return apply(silu_op, Unary::silu, x);
}
Variable tanh(const Variable& x) {
  return apply(tanh_op, Unary::tanh, x);
}
Variable softplus(const Variable& x) {
  return apply(softplus_op, Unary::softplus, x);
}

// y = e^x / sum e^x: dx = y (g - sum(g y))
Variable softmax(const Variable& x, int64_t axis) {
  if (!is_last(x, axis)) return transpose(softmax(transpose(x, axis, -1)), axis, -1);
  const Tensor y = by_rows("softmax", x.value(),
                           [](Real* row, int64_t n, Real log_sum) { table().softmax(n, row, log_sum, 1, row); });
  return record(softmax_op, {x}, y, [y = Saved(y)](const Tensor& g, InputGrads& in) {
    const Tensor p = y.get();
    in.add(0, p * (g - sum(g * p, {-1}, true)));
  });
}

// y = x - log(sum e^x): dx = g - e^y sum(g)
Variable log_softmax(const Variable& x, int64_t axis) {
  if (!is_last(x, axis)) return transpose(log_softmax(transpose(x, axis, -1)), axis, -1);
  const Tensor y = by_rows("log_softmax", x.value(), [](Real* row, int64_t n, Real log_sum) {
    table().binary(kernels::Binary::sub, n, row, 1, &log_sum, 0, row);
  });
  return record(log_softmax_op, {x}, y,
                [y = Saved(y)](const Tensor& g, InputGrads& in) { in.add(0, g - exp(y.get()) * sum(g, {-1}, true)); });
}

// y = x m with m = 0 or 1/(1-p): dx = g m
Variable dropout(const Variable& x, double p, Random random) {
  check(p >= 0 && p < 1, "[dropout] {} is not a probability below 1 (give 0 <= p < 1)", p);
  Tensor mask(x.shape());
  Real* to = mask.mutable_data();
  for (int64_t i = 0; i < mask.count(); ++i) to[i] = random.uniform() < p ? Real(0) : Real(1 / (1 - p));
  return record(dropout_op, {x}, x.value() * mask, [mask](const Tensor& g, InputGrads& in) { in.add(0, g * mask); });
}

}  // namespace tinymor
