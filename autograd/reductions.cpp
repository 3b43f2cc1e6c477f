#include "autograd/ops.h"

namespace tinymor {
namespace {

const Op sum_op("sum"), max_op("max"), logsumexp_op("logsumexp"), norm_op("norm");

}  // namespace

// y = sum x: dx = g, repeated along the summed axes
Variable sum(const Variable& x, const Axes& axes, bool keep) {
  return record(sum_op, {x}, sum(x.value(), axes, keep),
                [shape = x.shape(), kept = reduced_shape(x.shape(), axes)](const Tensor& g, InputGrads& in) {
                  in.add(0, g.reshape(kept).expand(shape));
                });
}

Variable sum(const Variable& x) {
  return sum(x, all_axes(x.shape()));
}

Variable mean(const Variable& x, const Axes& axes, bool keep) {
  return scale(sum(x, axes, keep), Real(1) / Real(reduced_count("mean", x.shape(), axes)));
}

Variable mean(const Variable& x) {
  return mean(x, all_axes(x.shape()));
}

// y = max x: dx = g / (how many are largest) where x = y, 0 elsewhere
Variable max(const Variable& x, const Axes& axes, bool keep) {
  const Tensor y = max(x.value(), axes, true);
  return record(max_op, {x}, keep ? y : y.reshape(without_axes(x.shape(), axes)),
                [x = Saved(x), y = Saved(y), axes](const Tensor& g, InputGrads& in) {
                  const Tensor largest = y.get(), hits = x.get() == largest;
                  in.add(0, hits * (g.reshape(largest.shape()) / sum(hits, axes, true)));
                });
}

Variable max(const Variable& x) {
  return max(x, all_axes(x.shape()));
}

// y = log(sum e^x): dx = g e^(x - y)
Variable logsumexp(const Variable& x, const Axes& axes, bool keep) {
  const Tensor y = logsumexp(x.value(), axes, true);
  return record(logsumexp_op, {x}, keep ? y : y.reshape(without_axes(x.shape(), axes)),
                [x = Saved(x), y = Saved(y)](const Tensor& g, InputGrads& in) {
                  const Tensor logs = y.get();
                  in.add(0, exp(x.get() - logs) * g.reshape(logs.shape()));
                });
}

// y = sqrt(sum x^2): dx = g x / y
Variable norm(const Variable& x, const Axes& axes, bool keep) {
  const Tensor y = norm(x.value(), axes, true);
  return record(norm_op, {x}, keep ? y : y.reshape(without_axes(x.shape(), axes)),
                [x = Saved(x), y = Saved(y)](const Tensor& g, InputGrads& in) {
                  const Tensor length = y.get();
                  // Where the length is 0, so is x: dividing by 1 makes the slope 0.
                  const Tensor divisor = where(length > 0, length, 1);
                  in.add(0, x.get() * (g.reshape(length.shape()) / divisor));
                });
}

}  // namespace tinymor
