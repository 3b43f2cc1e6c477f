#pragma once
// Compares the gradients that backward gives with differences of the function itself.

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "autograd/ops.h"
#include "tensor/error.h"
#include "tensor/ops.h"
#include "tensor/random.h"

namespace tinymor {

/// Numbers in [low, high), the same for the same seed.
inline Tensor random_tensor(Shape shape, uint64_t seed, double low = -1, double high = 1) {
  Random random(seed);
  return random_uniform(std::move(shape), random, low, high);
}

/// The same numbers as a view with the first and last axis exchanged in memory, and gaps between the rows.
inline Tensor with_other_strides(const Tensor& x) {
  if (x.rank() < 1) return x;
  Shape wide = x.transpose(0, -1).shape();
  wide[-1] += 3;
  Tensor storage = Tensor::full(wide, 1e30);
  Tensor view = storage.slice(-1, 1, wide[-1] - 2).transpose(0, -1);
  view.copy_from(x);
  return view;
}

using Function = std::function<Variable(const std::vector<Variable>&)>;

/// The largest difference, relative to 1 + |gradient|, between backward's gradients of sum(cotangent * f(inputs)) and
/// central differences; every element of every input is tried.
inline double worst_gradient_error(const Function& f, const std::vector<Tensor>& inputs, double step = 1e-5) {
  std::vector<Variable> leaves;
  for (const Tensor& x : inputs) leaves.push_back(Variable::parameter(x, "input"));
  const Variable y = f(leaves);
  const Tensor cotangent = random_tensor(y.shape(), 99);
  y.backward(cotangent);
  double worst = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Tensor analytic = leaves[i].grad().defined() ? leaves[i].grad() : Tensor::zeros(inputs[i].shape());
    for (int64_t element = 0; element < inputs[i].count(); ++element) {
      const auto shifted = [&](double by) {
        const NoGrad off;
        std::vector<Variable> moved;
        for (const Tensor& x : inputs) moved.push_back(Variable(x));
        Tensor x = inputs[i].clone();
        x.mutable_data()[element] += Real(by);
        moved[i] = Variable(x);
        return double(sum(f(moved).value() * cotangent).item());
      };
      const double numeric = (shifted(step) - shifted(-step)) / (2 * step);
      const double exact = analytic.contiguous_copy().values()[element];
      worst = std::max(worst, std::abs(numeric - exact) / (1 + std::abs(exact)));
    }
  }
  return worst;
}

/// How fast `loss` changes along a random direction of `parameters`: as their gradients, which must be there, say, and
/// as differences do. The parameters are left as they were, but for rounding.
struct Slopes {
  double analytic = 0, numeric = 0;
};
inline Slopes slopes_along_random_direction(const std::vector<Variable*>& parameters,
                                            const std::function<double()>& loss, double step = 1e-6) {
  const NoGrad off;
  Slopes slopes;
  std::vector<Tensor> direction;
  for (const Variable* parameter : parameters) {
    direction.push_back(random_tensor(parameter->shape(), 500 + direction.size()));
    if (parameter->grad().defined()) slopes.analytic += double(sum(parameter->grad() * direction.back()).item());
  }
  const auto shifted = [&](double by) {
    for (size_t i = 0; i < parameters.size(); ++i)
      parameters[i]->mutable_value().copy_from(parameters[i]->value() + direction[i] * Tensor(Real(by)));
    return loss();
  };
  const double above = shifted(step), below = shifted(-2 * step);
  shifted(step);
  slopes.numeric = (above - below) / (2 * step);
  return slopes;
}

}  // namespace tinymor
