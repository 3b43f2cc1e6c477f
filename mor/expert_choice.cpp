#include "mor/expert_choice.h"

#include <algorithm>

namespace tinymor {

std::vector<int32_t> top_k_ascending(std::span<const Real> scores, int64_t k) {
  const int64_t n = int64_t(scores.size());
  std::vector<int32_t> best = top_k(Tensor(Shape{n}, scores), std::min(k, n)).indices.to_vector();
  std::sort(best.begin(), best.end());
  return best;
}

ExpertChoice::ExpertChoice(const ModelConfig& config, const std::vector<Variable>& weights, Rule rule)
    : config_(config.router), weights_(weights), rule_(rule) {}

std::vector<int32_t> ExpertChoice::choose(int64_t r, const Tensor& logits, const Rows& active) const {
  std::vector<int32_t> chosen;
  for (int64_t s = 0; s < active.sequences(); ++s) {
    const int64_t begin = active.offsets[s], end = active.offsets[s + 1];
    const std::span<const Real> scores = logits.values().subspan(begin, end - begin);
    if (rule_ == Rule::topk) {
      for (int32_t i : top_k_ascending(scores, capacity_count(config_.capacity[r], active.lengths[s])))
        chosen.push_back(int32_t(begin + i));
    } else {
      for (int64_t i = begin; i < end; ++i)
        if (config_.capacity[r] >= 1 || logits.data()[i] >= 0) chosen.push_back(int32_t(i));
    }
  }
  return chosen;
}

Selection ExpertChoice::select(int64_t r, const Variable& x, const Rows& active) {
  const Variable z = linear(x, weights_[r]);  // [n,1]
  const Variable gates = scale(sigmoid(z), Real(config_.alpha));
  Selection selection;
  selection.logits = z.value().reshape({-1});
  selection.gates = gates.value().reshape({-1});
  const std::vector<int32_t> chosen = choose(r, selection.logits, active);
  const int64_t n = active.count();
  selection.all = int64_t(chosen.size()) == n;
  selection.index = IntTensor({int64_t(chosen.size())}, chosen);
  selection.gate = selection.all ? gates : gather_rows(gates, selection.index);
  if (n == 0) return selection;

  Tensor target = Tensor::zeros({n, 1});
  for (int32_t i : chosen) target.mutable_data()[i] = 1;
  const Variable bce = bce_with_logits(z, target);
  aux_loss_ = aux_loss_.defined() ? aux_loss_ + bce : bce;
  int64_t agree = 0;
  for (int64_t i = 0; i < n; ++i) agree += (selection.logits.data()[i] >= 0) == (target.data()[i] == 1);
  sampling_accuracy_ = double(agree) / double(n);
  return selection;
}

Variable ExpertChoice::combine(const Selection& selection, const Variable& x, const Variable& y) const {
  return x + selection.gate * y;
}

}  // namespace tinymor
