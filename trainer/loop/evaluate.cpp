#include "trainer/loop/evaluate.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "tensor/error.h"

namespace tinymor {
namespace {

/// As SeeWindows, with the targets [n*T].
using SeeTargets = std::function<void(const IntTensor& ids, std::span<const int32_t> targets,
                                      const ForwardResult& result, const Tensor& nll)>;

/// Runs `model` over the windows that evaluate judges. Where a target is -1, the loss is 0.
void for_windows(const Model& model, const Batch& windows, Rule rule, const EvaluateOptions& options,
                 const SeeTargets& see) {
  const NoGrad off;
  const int64_t all = windows.inputs.dim(0), length = windows.inputs.dim(1);
  const int64_t count = options.max_windows > 0 ? std::min(options.max_windows, all) : all;
  // About two thousand tokens at a time keep the memory of an evaluation below that of a training step.
  const int64_t at_once = std::max<int64_t>(1, 2048 / length);
  for (int64_t first = 0; first < count; first += at_once) {
    const int64_t n = std::min(at_once, count - first);
    std::vector<int32_t> ids, targets;
    for (int64_t i = first; i < first + n; ++i) {
      const auto append = [window = i * all / count](std::vector<int32_t>& to, const IntTensor& from) {
        const auto row = from.slice(0, window, window + 1).values();
        to.insert(to.end(), row.begin(), row.end());
      };
      append(ids, windows.inputs);
      append(targets, windows.targets);
    }
    const IntTensor inputs({n, length}, ids);
    std::optional<KvCache> cache;
    if (options.cache != CacheFormat::f32) cache.emplace(model.config(), n, options.cache);
    const ForwardResult result =
        model.forward(inputs.reshape({n * length}), Rows::batch(n, length),
                      {.rule = rule, .max_depth = options.max_depth, .cache = cache ? &*cache : nullptr});
    const IntTensor asked({n * length}, targets);
    see(inputs, targets, result, cross_entropy(result.logits, asked, Reduction::none).value());
  }
}

}  // namespace

double bytes_per_prediction(const Batch& windows, const Tokenizer& tokenizer) {
  std::vector<int64_t> bytes_of;
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id)
    bytes_of.push_back(int64_t(tokenizer.decode({&id, 1}).size()));
  int64_t bytes = 0, predictions = 0;
  for (int32_t id : windows.targets.values())
    if (id >= 0) bytes += bytes_of[size_t(id)], ++predictions;
  return predictions > 0 ? double(bytes) / double(predictions) : 0;
}

double bits_per_byte(double loss, double bytes_per_prediction) {
  return bytes_per_prediction > 0 ? loss / bytes_per_prediction / std::log(2.0) : 0;
}

Evaluation evaluate(const Model& model, const Batch& windows, Rule rule, const EvaluateOptions& options) {
  Evaluation sum;
  RouterMetrics routing{.sampling_accuracy = 0};
  const int64_t length = windows.inputs.dim(1);
  int64_t positions = 0;
  std::vector<bool> reached(length, false);
  for_windows(
      model, windows, rule, options,
      [&](const IntTensor& ids, std::span<const int32_t> targets, const ForwardResult& result, const Tensor& nll) {
        for (Real loss : nll.values()) sum.loss += loss;
        for (int64_t i = 0; i < ids.count(); ++i) {
          sum.mean_depth += result.depth[i];
          if (result.depth[i] == model.layers().recursions) reached[i % length] = true;
        }
        routing.add(result.metrics, double(ids.count()));
        positions += ids.count();
        sum.tokens += ids.count() - std::count(targets.begin(), targets.end(), -1);
        if (options.see) options.see(ids, result, nll);
      });
  check_input(sum.tokens > 0, "the text: has nothing that the model knows to judge it by (use another text)");
  sum.loss /= double(sum.tokens);
  sum.mean_depth /= double(positions);
  sum.sampling_accuracy = routing.sampling_accuracy / double(positions);
  sum.perplexity = std::exp(sum.loss);
  sum.dead_positions = double(std::count(reached.begin(), reached.end(), false)) / double(length);
  sum.max_violation = routing.max_violation();
  sum.load_entropy = routing.entropy();
  return sum;
}

}  // namespace tinymor
