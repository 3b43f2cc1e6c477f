#pragma once
// Optimizers: how parameters move once their gradients are known.
//
//   AdamW optimizer(net.parameters(), {.lr = 1e-3});
//   for (int step = 0; step < 1000; ++step) {
//     loss_of(net).backward();
//     clip_grad_norm(net.parameters(), 1.0);
//     optimizer.step();
//     optimizer.zero_grad();
//   }
//
// A schedule is any code that sets `optimizer.lr` before a step. Docs: docs/03-autograd.md

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "autograd/variable.h"

namespace tinymor {

/// Parameters that are trained in the same way.
struct ParameterGroup {
  std::vector<Variable*> parameters;
  double lr_factor = 1;  ///< Their learning rate is the optimizer's times this.
};

/// The norm of all gradients together, as one vector. Where it is larger than `max_norm`, they are scaled down to that
/// norm. Parameters without a gradient do not count.
double clip_grad_norm(const std::vector<Variable*>& parameters, double max_norm);

/// What optimizers have in common. The parameters must outlive them.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  double lr;  ///< The learning rate of the next step.

  /// Moves every parameter that has a gradient.
  virtual void step() = 0;
  /// Forgets the gradients.
  void zero_grad();

  const std::vector<ParameterGroup>& groups() const { return groups_; }
  int64_t steps() const { return steps_; }  ///< Steps done.

  /// What is remembered from step to step, by the names of the parameters ("m.NAME"). This and steps() are all that has
  /// to be saved.
  std::map<std::string, Tensor> state() const;
  /// Whether state() has entries of that name.
  bool is_state(const std::string& name) const;
  /// Takes back what state() gave. Throws InputError when something is missing or has another shape.
  void restore(const std::map<std::string, Tensor>& state, int64_t steps);

 protected:
  /// `remembered`: names of what is remembered of each parameter, in its shape; it begins as zeros.
  Optimizer(std::vector<ParameterGroup> groups, double rate, const std::vector<std::string>& remembered);

  /// A parameter, the factor of its learning rate, and what is remembered of it, in the order of the names.
  struct Trained {
    Variable* parameter;
    double lr_factor;
    std::vector<Tensor> remembered;
  };
  std::vector<Trained> trained_;
  int64_t steps_ = 0;

 private:
  std::vector<ParameterGroup> groups_;
  std::vector<std::string> names_;
};

/// Stochastic gradient descent, as torch.optim.SGD: with momentum u, v = u v + g, and x -= lr v; with Nesterov's,
/// x -= lr (g + u v). Weight decay w adds w x to g.
class SGD : public Optimizer {
 public:
  struct Options {
    double lr = 1e-2, momentum = 0, weight_decay = 0;
    bool nesterov = false;
  };
  SGD(std::vector<ParameterGroup> groups, Options options);
  SGD(std::vector<Variable*> parameters, Options options)
      : SGD(std::vector<ParameterGroup>{{std::move(parameters)}}, options) {}
  void step() override;

 private:
  Options options_;
};

/// AdamW (Loshchilov and Hutter 2019): m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, and with both divided by 1 -
/// b^t, x -= lr (m / (sqrt(v) + eps) + w x). Parameters with one axis or none (norms, biases) do not decay.
class AdamW : public Optimizer {
 public:
  struct Options {
    double lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 1e-2;
  };
  AdamW(std::vector<ParameterGroup> groups, Options options);
  AdamW(std::vector<Variable*> parameters, Options options)
      : AdamW(std::vector<ParameterGroup>{{std::move(parameters)}}, options) {}
  void step() override;

 private:
  Options options_;
};

}  // namespace tinymor
