#include "visualizer/explorer/expression_functions.h"

#include <cmath>

#include "autograd/ops.h"
#include "tensor/error.h"

namespace tinymor {
namespace {

/// Indices of target classes, given as numbers.
IntTensor ids_of(const Variable& x) {
  constexpr int most = 1 << 24;  // beyond it a float does not know every whole number
  std::vector<int32_t> ids;
  for (Real number : x.value().to_vector()) {
    check(number >= 0 && number < most && number == std::floor(number),
          "[cross_entropy] {} is not the index of a class (give whole numbers from 0)", number);
    ids.push_back(int32_t(number));
  }
  return IntTensor({int64_t(ids.size())}, std::span<const int32_t>(ids));
}

/// A vector of logits is one row.
Variable cross_entropy_of(const Variable& logits, const Variable& targets) {
  return cross_entropy(logits.rank() == 1 ? reshape(logits, {1, -1}) : logits, ids_of(targets));
}

Variable softmax_of(const Variable& x) {
  return softmax(x);
}

Variable log_softmax_of(const Variable& x) {
  return log_softmax(x);
}

Variable transposed(const Variable& x) {
  return transpose(x, -1, -2);
}

Tensor targets_of(std::span<const Variable> arguments) {
  return arguments[1].value();
}

/// The factor by which a mean takes each number.
Tensor share_of_each(std::span<const Variable> arguments) {
  return Tensor(Real(1) / Real(arguments[0].value().count()));
}

const Function functions[] = {{"exp", exp},
                              {"log", log},
                              {"sqrt", sqrt},
                              {"relu", relu},
                              {"gelu", gelu},
                              {"sigmoid", sigmoid},
                              {"silu", silu},
                              {"tanh", tanh},
                              {"softplus", softplus},
                              {"softmax", softmax_of},
                              {"log_softmax", log_softmax_of},
                              {"sum", sum},
                              {"mean", mean, nullptr, share_of_each},
                              {"transpose", transposed},
                              {"cross_entropy", nullptr, cross_entropy_of, targets_of}};

}  // namespace

std::span<const Function> expression_functions() {
  return functions;
}

Variable matrix_product(const Variable& a, const Variable& b) {
  check(a.rank() == 2, "[matmul] {} @ {}: the left side must be a matrix (for two vectors write sum(a*b))", a.shape(),
        b.shape());
  return b.rank() == 1 ? linear(b, a) : matmul(a, b);
}

const std::vector<ExpressionPreset>& expression_presets() {
  static const std::vector<ExpressionPreset> all = {
      {"neuron", "x = 2; w = 0.5; b = -0.4\ny = tanh(w*x + b)", "One neuron: a weight, a bias, and tanh"},
      {"softmax", "z = [2, 1, -1]\np = softmax(z)\nloss = -sum(log(p) * [0, 1, 0])",
       "Softmax with cross-entropy: the gradient at z is p, less 1 at the target"},
      {"gate", "h = 0.5; r = 0.8; w = 1.5\ng = sigmoid(r*h)\nout = h + g*tanh(w*h)",
       "Mixture-of-Recursions' gated residual h + g block(h): h is used three times, and the router learns through g"},
      {"tied", "x = 1; w = 0.6\nh1 = tanh(w*x); h2 = tanh(w*h1)\nloss = (h2 - 0.9)^2",
       "One weight in two recursions: its gradient is the sum of what both uses contribute"},
  };
  return all;
}

}  // namespace tinymor
