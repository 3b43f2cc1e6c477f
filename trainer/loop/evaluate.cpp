#include "trainer/loop/evaluate.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "tensor/error.h"

namespace tinymor {
namespace {

/// As SeeWindows, with the batch and its rows.
using SeeBatch =
    std::function<void(const Batch& batch, const Rows& rows, const ForwardResult& result, const Tensor& nll)>;

/// Hands on some of these windows at a time, as a batch.
void for_batches(const Windows& windows, const std::vector<int64_t>& which,
                 const std::function<void(const Batch&)>& take) {
  // About two thousand tokens at a time keep the memory of an evaluation below that of a training step.
  const size_t at_once = size_t(std::max<int64_t>(1, 2048 / windows.length()));
  for (size_t first = 0; first < which.size(); first += at_once)
    take(windows.at(std::span(which).subspan(first, std::min(at_once, which.size() - first))));
}

/// Runs `model` over the windows that evaluate judges. Where a target is -1, the loss is 0.
void for_windows(const Model& model, const Windows& windows, Rule rule, const EvaluateOptions& options,
                 const SeeBatch& see) {
  const NoGrad off;
  for_batches(windows, spread_evenly(windows.count(), options.max_windows), [&](const Batch& batch) {
    const int64_t count = batch.inputs.count();
    const Rows rows = Rows::last(batch.lengths, batch.lengths);
    std::optional<KvCache> cache;
    if (options.cache != CacheFormat::f32) cache.emplace(model.config(), rows.sequences(), options.cache);
    const ForwardResult result =
        model.forward(batch.inputs.reshape({count}), rows,
                      {.rule = rule, .max_depth = options.max_depth, .cache = cache ? &*cache : nullptr});
    see(batch, rows, result, cross_entropy(result.logits, batch.targets.reshape({count}), Reduction::none).value());
  });
}

}  // namespace

double bytes_per_prediction(const Windows& windows, const Tokenizer& tokenizer, int64_t max_windows) {
  std::vector<int64_t> bytes_of;
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id)
    bytes_of.push_back(int64_t(tokenizer.decode({&id, 1}).size()));
  int64_t bytes = 0, predictions = 0;
  for_batches(windows, spread_evenly(windows.count(), max_windows), [&](const Batch& batch) {
    for (int32_t id : batch.targets.values())
      if (id >= 0) bytes += bytes_of[size_t(id)], ++predictions;
  });
  return predictions > 0 ? double(bytes) / double(predictions) : 0;
}

double bits_per_byte(double loss, double bytes_per_prediction) {
  return bytes_per_prediction > 0 ? loss / bytes_per_prediction / std::log(2.0) : 0;
}

Evaluation evaluate(const Model& model, const Windows& windows, Rule rule, const EvaluateOptions& options) {
  Evaluation sum;
  RouterMetrics routing{.sampling_accuracy = 0};
  int64_t positions = 0;
  std::vector<bool> reached(size_t(windows.length()), false);
  for_windows(model, windows, rule, options,
              [&](const Batch& batch, const Rows& rows, const ForwardResult& result, const Tensor& nll) {
                for (Real loss : nll.values()) sum.loss += loss;
                for (int64_t i = 0; i < rows.count(); ++i) {
                  sum.mean_depth += result.depth[i];
                  if (result.depth[i] == model.layers().recursions) reached[rows.positions.data()[i]] = true;
                }
                routing.add(result.metrics, double(rows.count()));
                positions += rows.count();
                const auto targets = batch.targets.values();
                sum.tokens += rows.count() - std::count(targets.begin(), targets.end(), -1);
                sum.unknown += batch.unknown;
                if (options.see) options.see(batch.inputs, result, nll);
              });
  check_input(sum.tokens > 0, "the text: has nothing that the model knows to judge it by (use another text)");
  sum.loss /= double(sum.tokens);
  sum.mean_depth /= double(positions);
  sum.sampling_accuracy = routing.sampling_accuracy / double(positions);
  sum.perplexity = std::exp(sum.loss);
  sum.dead_positions = double(std::count(reached.begin(), reached.end(), false)) / double(windows.length());
  sum.max_violation = routing.max_violation();
  sum.load_entropy = routing.entropy();
  return sum;
}

}  // namespace tinymor
