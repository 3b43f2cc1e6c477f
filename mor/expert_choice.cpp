#include "mor/expert_choice.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "tensor/error.h"

namespace tinymor {
namespace {

Variable apply(RouterFunction function, const Variable& z) {
  return function == RouterFunction::sigmoid ? sigmoid(z) : function == RouterFunction::tanh ? tanh(z) : z;
}

void add_to(Variable& sum, const Variable& term) {
  sum = sum.defined() ? sum + term : term;
}

}  // namespace

std::vector<int32_t> top_k_ascending(std::span<const Real> scores, int64_t k) {
  const int64_t n = int64_t(scores.size());
  std::vector<int32_t> best = top_k(Tensor(Shape{n}, scores), std::min(k, n)).indices.to_vector();
  std::sort(best.begin(), best.end());
  return best;
}

double warmed_capacity(double c, int64_t step, int64_t warmup) {
  if (step < 0 || step >= warmup) return c;
  return c + (1 - c) * 0.5 * (1 + std::cos(std::numbers::pi * double(step + 1) / double(warmup)));
}

ExpertChoice::ExpertChoice(const RouterCall& call) : Router(call) {
  check_input(call.rule != Rule::aux_threshold || !call.weights.aux.empty(),
              "rule: aux_threshold goes by an auxiliary router, which this model has not (use threshold)");
}

double ExpertChoice::capacity(int64_t r) const {
  const double c = warmed_capacity(config().capacity[r], call_.step, config().capacity_warmup_steps);
  return c < 1 ? std::min(1.0, c * call_.shift.capacity) : c;
}

Selection ExpertChoice::choose(int64_t r, const Active& active, std::span<const Real> judged) const {
  const int64_t n = active.rows.count();
  if (!call_.depths.empty()) return Selection::of(n, [&](int64_t i) { return call_.depths[active.places[i]] > r; });
  std::vector<Real> scores(judged.begin(), judged.end());
  for (int64_t s = 0; s < active.rows.sequences() && call_.keeps_first; ++s)
    if (active.rows.offsets[s] < active.rows.offsets[s + 1])
      scores[active.rows.offsets[s]] = std::numeric_limits<Real>::infinity();
  if (call_.rule != Rule::topk)
    return Selection::of(n, [&](int64_t i) { return config().capacity[r] >= 1 || scores[i] >= call_.shift.cut_off; });
  std::vector<bool> best(n, false);
  for (int64_t s = 0; s < active.rows.sequences(); ++s) {
    const int64_t begin = active.rows.offsets[s], end = active.rows.offsets[s + 1];
    const int64_t k = capacity_count(capacity(r), active.rows.lengths[s]);
    for (int32_t i : top_k_ascending(std::span(scores).subspan(begin, end - begin), k)) best[begin + i] = true;
  }
  return Selection::of(n, [&](int64_t i) { return best[i]; });
}

Selection ExpertChoice::select(int64_t r, const Active& active) {
  const int64_t n = active.rows.count();
  Variable z, gates;
  if (config().random) {
    // The sign lets through the share of the candidates that the capacity does.
    const Tensor u = random_scores(r, active, 1);
    const double share = config().capacity[r] / (r > 0 ? config().capacity[r - 1] : 1);
    z = Variable(u - (1 - share));
    gates = Variable(u * config().alpha);
  } else {
    z = call_.weights.main[r](active.x);
    gates = scale(apply(config().function, z), Real(config().alpha));
  }
  // Who is to predict the choice. An auxiliary router learns from the states without changing them.
  const Variable judge = call_.weights.aux.empty() ? z : call_.weights.aux[r](active.x.detach());
  const Tensor logits = (call_.rule == Rule::aux_threshold ? judge : z).value().reshape({-1});
  Selection selection = choose(r, active, logits.values());
  selection.logits = logits;
  selection.gates = gates.value().reshape({-1});
  selection.gate = selection.all ? gates : gather_rows(gates, selection.index);

  Tensor target = Tensor::zeros({n, 1});
  for (int32_t i : selection.index.values()) target.mutable_data()[i] = 1;
  if (!config().random) {
    add_to(losses_.aux, bce_with_logits(judge, target));
    if (config().z_coeff > 0) add_to(losses_.z, mean(z * z));
  }
  int64_t agree = 0;
  for (int64_t i = 0; i < n; ++i) agree += (judge.value().data()[i] >= 0) == (target.data()[i] == 1);
  metrics_.sampling_accuracy = double(agree) / double(n);
  return selection;
}

Variable ExpertChoice::combine(int64_t, const Selection& selection, const Active& selected, const Variable& y) const {
  const Variable& x = selected.x;
  const Variable update = config().residual == RouterResidual::delta ? y - x : y;
  return x + (config().gating == RouterGating::additive ? update : selection.gate * update);
}

}  // namespace tinymor
