#include "trainer/adamw.h"

#include <cmath>

#include "tensor/error.h"
#include "tensor/kernels/kernels.h"
#include "tensor/threads.h"

namespace tinymor {

AdamW::AdamW(std::vector<Variable*> parameters, Options options)
    : parameters_(std::move(parameters)), options_(options) {
  for (const Variable* parameter : parameters_) {
    m_.push_back(Tensor::zeros(parameter->shape()));
    v_.push_back(Tensor::zeros(parameter->shape()));
  }
}

double AdamW::step(double lr) {
  ++steps_;
  double square = 0;
  for (const Variable* parameter : parameters_) {
    const Tensor& g = parameter->grad();
    if (g.defined()) square += double(kernels::table().dot(g.count(), g.values().data(), g.values().data()));
  }
  const double norm = std::sqrt(square);
  const double shrink = options_.grad_clip > 0 && norm > options_.grad_clip ? options_.grad_clip / norm : 1;

  for (size_t i = 0; i < parameters_.size(); ++i) {
    Variable& parameter = *parameters_[i];
    const Tensor grad = parameter.grad();
    if (!grad.defined()) continue;
    const kernels::AdamW rule{.lr = Real(lr),
                              .beta1 = Real(options_.beta1),
                              .beta2 = Real(options_.beta2),
                              .eps = Real(options_.eps),
                              .weight_decay = Real(parameter.value().rank() > 1 ? options_.weight_decay : 0),
                              .correction1 = Real(1 - std::pow(options_.beta1, double(steps_))),
                              .correction2 = Real(1 - std::pow(options_.beta2, double(steps_)))};
    Real *value = parameter.mutable_value().mutable_data(), *m = m_[i].mutable_data(), *v = v_[i].mutable_data();
    parallel_ranges(grad.count(), 32768, [&](int64_t begin, int64_t end) {
      kernels::table().adamw(end - begin, rule, grad.data() + begin, Real(shrink), value + begin, m + begin, v + begin);
    });
    parameter.zero_grad();
  }
  return norm;
}

std::map<std::string, Tensor> AdamW::state() const {
  std::map<std::string, Tensor> state;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    state["m." + parameters_[i]->name()] = m_[i];
    state["v." + parameters_[i]->name()] = v_[i];
  }
  return state;
}

void AdamW::restore(const std::map<std::string, Tensor>& state, int64_t steps) {
  const auto take = [&](const std::string& name, Tensor& to) {
    const auto found = state.find(name);
    check_input(found != state.end() && found->second.shape() == to.shape(),
                "optimizer state: {} is missing or has another shape (the checkpoint is damaged; use another copy)",
                name);
    to.copy_from(found->second);
  };
  for (size_t i = 0; i < parameters_.size(); ++i) {
    take("m." + parameters_[i]->name(), m_[i]);
    take("v." + parameters_[i]->name(), v_[i]);
  }
  steps_ = steps;
}

}  // namespace tinymor
