#include "autograd/ops.h"
#include "tensor/error.h"
#include "tensor/ops.h"

namespace tinymor {
namespace {

using kernels::Unary;

const Op add_op("add"), sub_op("sub"), mul_op("mul"), div_op("div"), scale_op("scale"), exp_op("exp"), log_op("log"),
    sigmoid_op("sigmoid"), silu_op("silu"), sum_op("sum"), reshape_op("reshape");

}  // namespace

// y = a + b: da = g, db = g, each summed over the axes along which it was broadcast
Variable add(const Variable& a, const Variable& b) {
  return record(add_op, {a, b}, a.value() + b.value(),
                [sa = a.shape(), sb = b.shape()](const Tensor& g, InputGrads& in) {
                  if (in.needs(0)) in.add(0, sum_to(g, sa));
                  if (in.needs(1)) in.add(1, sum_to(g, sb));
                });
}

// y = a - b: da = g, db = -g
Variable sub(const Variable& a, const Variable& b) {
  return record(sub_op, {a, b}, a.value() - b.value(),
                [sa = a.shape(), sb = b.shape()](const Tensor& g, InputGrads& in) {
                  if (in.needs(0)) in.add(0, sum_to(g, sa));
                  if (in.needs(1)) in.add(1, sum_to(g, sb) * Real(-1));
                });
}

// y = a b: da = g b, db = g a
Variable mul(const Variable& a, const Variable& b) {
  return record(mul_op, {a, b}, a.value() * b.value(),
                [x = Saved(a.value()), y = Saved(b.value())](const Tensor& g, InputGrads& in) {
                  if (in.needs(0)) in.add(0, sum_to(g * y.get(), x.get().shape()));
                  if (in.needs(1)) in.add(1, sum_to(g * x.get(), y.get().shape()));
                });
}

// y = a / b: da = g / b, db = -g a / b^2
Variable div(const Variable& a, const Variable& b) {
  return record(div_op, {a, b}, a.value() / b.value(),
                [x = Saved(a.value()), y = Saved(b.value())](const Tensor& g, InputGrads& in) {
                  const Tensor g_over_b = g / y.get();
                  if (in.needs(1)) in.add(1, sum_to(g_over_b * x.get() / y.get(), y.get().shape()) * Real(-1));
                  if (in.needs(0)) in.add(0, sum_to(g_over_b, x.get().shape()));
                });
}

// y = c x: dx = c g
Variable scale(const Variable& x, Real factor) {
  return record(scale_op, {x}, x.value() * factor,
                [factor](const Tensor& g, InputGrads& in) { in.add(0, g * factor); });
}

// y = e^x: dx = g y
Variable exp(const Variable& x) {
  const Tensor y = elementwise(Unary::exp, x.value());
  return record(exp_op, {x}, y, [y = Saved(y)](const Tensor& g, InputGrads& in) { in.add(0, g * y.get()); });
}

// y = log x: dx = g / x
Variable log(const Variable& x) {
  return record(log_op, {x}, elementwise(Unary::log, x.value()),
                [x = Saved(x.value())](const Tensor& g, InputGrads& in) { in.add(0, g / x.get()); });
}

// y = s(x) = 1 / (1 + e^-x): dx = g y (1 - y)
Variable sigmoid(const Variable& x) {
  const Tensor y = elementwise(Unary::sigmoid, x.value());
  return record(sigmoid_op, {x}, y, [y = Saved(y)](const Tensor& g, InputGrads& in) {
    in.add(0, g * y.get() * (Tensor::scalar(1) - y.get()));
  });
}

// y = x s(x): dx = g (s + y (1 - s))
Variable silu(const Variable& x) {
  return record(silu_op, {x}, elementwise(Unary::silu, x.value()),
                [x = Saved(x.value())](const Tensor& g, InputGrads& in) {
                  const Tensor s = elementwise(Unary::sigmoid, x.get());
                  in.add(0, g * (s + x.get() * s * (Tensor::scalar(1) - s)));
                });
}

// y = sum x: dx = g everywhere
Variable sum(const Variable& x) {
  return record(sum_op, {x}, sum(x.value()),
                [shape = x.shape()](const Tensor& g, InputGrads& in) { in.add(0, g.expand(shape)); });
}

Variable mean(const Variable& x) {
  check(x.value().count() > 0, "[mean] {} has no elements", x.shape());
  return scale(sum(x), Real(1) / Real(x.value().count()));
}

Variable reshape(const Variable& x, Shape shape) {
  return record(reshape_op, {x}, x.value().reshape(std::move(shape)),
                [shape = x.shape()](const Tensor& g, InputGrads& in) { in.add(0, g.reshape(shape)); });
}

}  // namespace tinymor
