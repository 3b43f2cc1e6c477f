#include "trainer/evaluate.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tensor/error.h"

namespace tinymor {

Evaluation evaluate(const Model& model, const Batch& windows, Rule rule, int64_t max_windows, int64_t max_depth) {
  const NoGrad off;
  const int64_t all = windows.inputs.dim(0), length = windows.inputs.dim(1);
  const int64_t count = max_windows > 0 ? std::min(max_windows, all) : all;
  // About two thousand tokens at a time keep the memory of an evaluation below that of a training step.
  const int64_t at_once = std::max<int64_t>(1, 2048 / length);
  Evaluation sum{.sampling_accuracy = 0};
  double windows_seen = 0;
  for (int64_t first = 0; first < count; first += at_once) {
    const int64_t n = std::min(at_once, count - first);
    std::vector<int32_t> ids, targets;
    for (int64_t i = first; i < first + n; ++i) {
      const int64_t window = i * all / count;
      const auto append = [&](std::vector<int32_t>& to, const IntTensor& from) {
        const auto row = from.slice(0, window, window + 1).values();
        to.insert(to.end(), row.begin(), row.end());
      };
      append(ids, windows.inputs);
      append(targets, windows.targets);
    }
    const ForwardResult result =
        model.forward(IntTensor({n * length}, ids), Rows::batch(n, length), {.rule = rule, .max_depth = max_depth});
    const double tokens = double(n * length);
    sum.loss += training_loss(model.config(), result, IntTensor({n * length}, targets)).lm * tokens;
    sum.mean_depth += std::accumulate(result.depth.begin(), result.depth.end(), 0.0);
    sum.sampling_accuracy += result.metrics.sampling_accuracy * double(n);
    sum.tokens += n * length;
    windows_seen += double(n);
  }
  sum.loss /= double(sum.tokens);
  sum.mean_depth /= double(sum.tokens);
  sum.sampling_accuracy = sum.sampling_accuracy / windows_seen;
  sum.perplexity = std::exp(sum.loss);
  return sum;
}

std::vector<Rule> rules_of(const ModelConfig& config) {
  if (config.routing == Routing::expert_choice) return {Rule::topk, causal_rule(config)};
  return {Rule::threshold};
}

Rule rule_named(const std::string& name) {
  for (Rule rule : {Rule::topk, Rule::threshold, Rule::aux_threshold})
    if (name == rule_name(rule)) return rule;
  throw Error(fmt::format("[rule] there is no {}", name));
}

const char* rule_name(Rule rule) {
  return rule == Rule::topk ? "topk" : rule == Rule::threshold ? "threshold" : "aux_threshold";
}

}  // namespace tinymor
