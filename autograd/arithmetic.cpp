#include "autograd/ops.h"
#include "tensor/error.h"

namespace tinymor {
namespace {

const Op add_op("add"), sub_op("sub"), mul_op("mul"), div_op("div"), scale_op("scale"), pow_op("pow"),
    where_op("where"), add_in_place_op("add_in_place"), scale_in_place_op("scale_in_place");

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
                  if (in.needs(1)) in.add(1, -sum_to(g, sb));
                });
}

// y = a b: da = g b, db = g a
Variable mul(const Variable& a, const Variable& b) {
  return record(mul_op, {a, b}, a.value() * b.value(),
                [a = Saved(a), b = Saved(b), sa = a.shape(), sb = b.shape()](const Tensor& g, InputGrads& in) {
                  if (in.needs(0)) in.add(0, sum_to(g * b.get(), sa));
                  if (in.needs(1)) in.add(1, sum_to(g * a.get(), sb));
                });
}

// y = a / b: da = g / b, db = -g a / b^2
Variable div(const Variable& a, const Variable& b) {
  return record(div_op, {a, b}, a.value() / b.value(),
                [a = Saved(a), b = Saved(b), sa = a.shape(), sb = b.shape()](const Tensor& g, InputGrads& in) {
                  const Tensor divisor = b.get(), g_over_b = g / divisor;
                  if (in.needs(0)) in.add(0, sum_to(g_over_b, sa));
                  if (in.needs(1)) in.add(1, -sum_to(g_over_b * a.get() / divisor, sb));
                });
}

// y = c x: dx = c g
Variable scale(const Variable& x, Real factor) {
  return record(scale_op, {x}, x.value() * factor,
                [factor](const Tensor& g, InputGrads& in) { in.add(0, g * factor); });
}

// y = x^p: dx = g p x^(p-1), which is 0 for p = 0 wherever x is
Variable pow(const Variable& x, double exponent) {
  return record(pow_op, {x}, pow(x.value(), exponent), [x = Saved(x), exponent](const Tensor& g, InputGrads& in) {
    in.add(0, exponent == 0 ? Tensor::zeros(g.shape()) : g * exponent * pow(x.get(), exponent - 1));
  });
}

// y = a where c, else b: da = g where c and 0 elsewhere, db the other way round
Variable where(const Tensor& condition, const Variable& a, const Variable& b) {
  return record(where_op, {a, b}, where(condition, a.value(), b.value()),
                [c = Saved(condition), sa = a.shape(), sb = b.shape()](const Tensor& g, InputGrads& in) {
                  const Tensor chosen = c.get();
                  if (in.needs(0)) in.add(0, sum_to(where(chosen, g, 0), sa));
                  if (in.needs(1)) in.add(1, sum_to(where(chosen, 0, g), sb));
                });
}

Variable clamp(const Variable& x, Real low, Real high) {
  const Tensor limited = clamp(x.value(), low, high);
  return where(limited == x.value(), x, limited);
}

namespace {

void check_in_place(const Op& op, const Variable& y) {
  check(!recording() || !y.is_leaf(),
        "[{}] a leaf, which gathers gradients, cannot be changed on the tape (use NoGrad, or change a copy)",
        op.name());
  check(y.value().sole_owner(),
        "[{}] something else holds these numbers of shape {}: a view, a copy, or an operation that saved them for its "
        "gradient (use the operation that makes a new value)",
        op.name(), y.shape());
}

/// y, overwritten already, as the result of `op` on what it was before and on `others`.
void record_in_place(const Op& op, Variable& y, std::vector<Variable> inputs, Backward backward) {
  if (!recording()) return;
  inputs.insert(inputs.begin(), y);
  y = record(op, inputs, y.value(), std::move(backward));
}

}  // namespace

void add_in_place(Variable& y, const Variable& x) {
  check_in_place(add_in_place_op, y);
  add_into(y.mutable_value(), x.value());
  record_in_place(add_in_place_op, y, {x}, [sx = x.shape()](const Tensor& g, InputGrads& in) {
    if (in.needs(0)) in.add(0, g);
    if (in.needs(1)) in.add(1, sum_to(g, sx));
  });
}

void scale_in_place(Variable& y, Real factor) {
  check_in_place(scale_in_place_op, y);
  y.mutable_value().copy_from(y.value() * factor);
  record_in_place(scale_in_place_op, y, {}, [factor](const Tensor& g, InputGrads& in) { in.add(0, g * factor); });
}

}  // namespace tinymor
