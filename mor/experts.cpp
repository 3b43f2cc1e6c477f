#include "mor/experts.h"

#include <algorithm>
#include <cmath>

#include "tensor/ops.h"

namespace tinymor {
namespace {

/// By expert the rows that it takes, ascending; `chosen` [R,k], best first.
std::vector<std::vector<int32_t>> rows_of_experts(const IntTensor& chosen, int64_t n, int64_t most) {
  const int64_t rows = chosen.shape()[0], k = chosen.shape()[1];
  std::vector<std::vector<int32_t>> taken(static_cast<size_t>(n));
  for (int64_t choice = 0; choice < k; ++choice)
    for (int64_t row = 0; row < rows; ++row) {
      std::vector<int32_t>& its = taken[size_t(chosen.data()[row * k + choice])];
      if (int64_t(its.size()) < most) its.push_back(int32_t(row));
    }
  for (std::vector<int32_t>& its : taken) std::sort(its.begin(), its.end());
  return taken;
}

/// n sum_e f_e P_e
Variable balance_loss(const Variable& p, const IntTensor& chosen) {
  const int64_t n = p.shape()[1];
  Tensor shares = Tensor::zeros(Shape{n});
  for (int32_t expert : chosen.values()) shares.mutable_data()[expert] += Real(1) / Real(chosen.count());
  return scale(sum(mean(p, {0}) * Variable(shares)), Real(n));
}

}  // namespace

void Expert::members(Members& m) {
  m("gate_proj.weight", gate_proj);
  m("up_proj.weight", up_proj);
  m("down_proj.weight", down_proj);
}

Experts::Experts(const ModelConfig& config) {
  if (config.ffn == Ffn::dense) return;
  const auto zeros = [](int64_t out, int64_t in) { return Variable::parameter(Tensor::zeros({out, in})); };
  const int64_t d = config.d_model;
  gate = zeros(config.n_experts, d);
  for (int64_t e = 0; e < config.n_experts; ++e) {
    Expert& expert = each.emplace_back();
    expert.gate_proj = zeros(config.d_ff, d);
    expert.up_proj = zeros(config.d_ff, d);
    expert.down_proj = zeros(d, config.d_ff);
  }
}

Experts::Choice Experts::choose(const Variable& x, const ModelConfig& config) const {
  const Variable p = softmax(linear(x, gate));
  return {p, top_k(p.value(), config.experts_per_token).indices};
}

Variable Experts::forward(const Variable& x, const Choice& choice, const ModelConfig& config,
                          GateLosses* losses) const {
  const int64_t n = config.n_experts;
  int64_t most = x.shape()[0];
  if (losses) {
    const Variable balance = balance_loss(choice.p, choice.chosen);
    losses->balance = losses->balance.defined() ? losses->balance + balance : balance;
    if (losses->limited && config.expert_capacity > 0)
      most = int64_t(
          std::min(double(most), std::ceil(config.expert_capacity * double(choice.chosen.count()) / double(n))));
  }
  Variable y(Tensor::zeros(x.shape()));
  const std::vector<std::vector<int32_t>> taken = rows_of_experts(choice.chosen, n, most);
  for (int64_t e = 0; e < n; ++e) {
    if (taken[size_t(e)].empty()) continue;
    const Expert& expert = each[size_t(e)];
    const IntTensor index({int64_t(taken[size_t(e)].size())}, taken[size_t(e)]);
    const Variable its = gather_rows(x, index);
    const Variable said = linear(swiglu(linear(its, expert.gate_proj), linear(its, expert.up_proj)), expert.down_proj);
    y = scatter_add_rows(y, index, said * gather_rows(slice(choice.p, 1, e, e + 1), index));
  }
  return y;
}

void Experts::members(Members& m) {
  m("gate.weight", gate);
  m("experts", each);
}

}  // namespace tinymor
