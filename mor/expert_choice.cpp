#include "mor/expert_choice.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "tensor/error.h"

namespace tinymor {
namespace {

Variable apply(RouterFunction function, const Variable& z) {
  if (function == RouterFunction::sigmoid) return sigmoid(z);
  if (function == RouterFunction::tanh) return tanh(z);
  return z;
}

void add_to(Variable& sum, const Variable& term) {
  sum = sum.defined() ? sum + term : term;
}

}  // namespace

Variable gates_of(const RouterConfig& config, const Variable& z) {
  return scale(apply(config.function, z), Real(config.alpha));
}

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
              "rule: aux_threshold asks an auxiliary router, which this model does not have (use threshold)");
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

ExpertChoice::Scores ExpertChoice::score(int64_t r, const Active& active) const {
  const Variable z = call_.weights.main[r](active.x);
  // An auxiliary router learns from the states without changing them.
  const Variable judge = call_.weights.aux.empty() ? z : call_.weights.aux[r](active.x.detach());
  return {.z = z, .judge = judge, .gates = gates_of(config(), z)};
}

void ExpertChoice::teach(const Scores& scores, const Tensor& taken) {
  add_to(losses_.aux, bce_with_logits(scores.judge, taken));
  if (config().z_coeff > 0) add_to(losses_.z, mean(scores.z * scores.z));
}

Selection ExpertChoice::select(int64_t r, const Active& active) {
  const int64_t n = active.rows.count();
  const Scores scores = score(r, active);
  const Tensor logits = (call_.rule == Rule::aux_threshold ? scores.judge : scores.z).value().reshape({-1});
  Selection selection = choose(r, active, logits.values());
  selection.logits = logits;
  selection.gates = scores.gates.value().reshape({-1});
  selection.gate = selection.all ? scores.gates : gather_rows(scores.gates, selection.index);

  Tensor taken = Tensor::zeros({n, 1});
  for (int32_t i : selection.index.values()) taken.mutable_data()[i] = 1;
  teach(scores, taken);
  int64_t agree = 0;
  for (int64_t i = 0; i < n; ++i) agree += (scores.judge.value().data()[i] >= 0) == (taken.data()[i] == 1);
  metrics_.sampling_accuracy = double(agree) / double(n);
  return selection;
}

Variable ExpertChoice::combine(int64_t, const Selection& selection, const Active& selected, const Variable& y) const {
  const Variable& x = selected.x;
  const Variable update = config().residual == RouterResidual::delta ? y - x : y;
  return x + (config().gating == RouterGating::additive ? update : selection.gate * update);
}

}  // namespace tinymor
