#include "mor/exit_gate.h"

#include "tensor/error.h"

namespace tinymor {
namespace {

/// log sigmoid(z)
Variable log_sigmoid(const Variable& z) {
  return scale(softplus(scale(z, -1)), -1);
}

/// Whether going on after recursion r pays, for every row.
Tensor pays(std::span<const Variable> nll, size_t r, double cost) {
  const int64_t rows = nll[r].shape()[0];
  Tensor result = Tensor::zeros({rows, 1});
  for (int64_t i = 0; i < rows; ++i)
    for (size_t s = r + 1; s < nll.size(); ++s)
      if (nll[s].value().data()[i] + cost * double(s - r) < nll[r].value().data()[i]) result.mutable_data()[i] = 1;
  return result;
}

}  // namespace

Selection ExitGate::select(int64_t r, const Active& active) {
  const int64_t n = active.rows.count();
  const bool forced = !call_.depths.empty(), learns = call_.rule == Rule::topk && !forced;
  Variable z(Tensor::zeros({n, 1}));
  if (r > 0) {
    // A gate that predicts what the states will bring does not change them.
    const bool apart = config().exit_loss == ExitLoss::gain;
    z = call_.weights.main[size_t(r - 1)](apart ? active.x.detach() : active.x);
    if (learns) scores_.push_back(z);
  }
  const auto goes_on = [&](int64_t i) {
    return forced ? call_.depths[active.places[i]] > r : double(z.value().data()[i]) >= call_.shift.cut_off;
  };
  Selection selection = learns || (r == 0 && !forced) ? Selection() : Selection::of(n, goes_on);
  selection.logits = z.value().reshape({-1});
  selection.gates = r == 0 ? Tensor::ones(Shape{n}) : sigmoid(z.detach()).value().reshape({-1});
  return selection;
}

ExitLosses exit_losses(const RouterConfig& config, std::span<const Variable> logits, std::span<const Variable> scores,
                       const IntTensor& targets) {
  std::vector<Variable> nll;
  for (const Variable& each : logits) nll.push_back(cross_entropy(each, targets, Reduction::none));
  std::vector<int32_t> told;
  for (int64_t i = 0; i < targets.count(); ++i)
    if (targets.data()[i] >= 0) told.push_back(int32_t(i));
  check(!told.empty(), "[exit_losses] there is nothing to predict");
  const IntTensor rows({int64_t(told.size())}, told);
  ExitLosses losses;
  const auto add = [](Variable& sum, const Variable& term) { sum = sum.defined() ? sum + term : term; };
  if (config.exit_loss == ExitLoss::gain) {
    for (size_t r = 0; r < nll.size(); ++r) {
      add(losses.lm, scale(sum(nll[r]), Real(1 / double(told.size() * nll.size()))));
      if (r + 1 == nll.size()) break;
      const Tensor wanted = gather_rows(Variable(pays(nll, r, config.exit_cost)), rows).value();
      add(losses.gates, bce_with_logits(gather_rows(scores[r], rows), wanted));
    }
    return losses;
  }
  Variable stay;  // log of the probability of being there
  for (size_t r = 0; r < nll.size(); ++r) {
    Variable log_p = stay;
    if (r < scores.size()) {
      const Variable z = gather_rows(scores[r], rows);
      log_p = log_sigmoid(scale(z, -1));
      if (stay.defined()) log_p = stay + log_p;
      add(stay, log_sigmoid(z));
    }
    const Variable p = exp(log_p);
    add(losses.lm, mean(p * gather_rows(reshape(nll[r], {-1, 1}), rows)));
    add(losses.gates, mean(p * log_p));
  }
  return losses;
}

}  // namespace tinymor
