#include "trainer/loop/evaluate.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "tensor/error.h"

namespace tinymor {
namespace {

/// Some of these windows, after the first `done` of them, as a batch; `done` counts them, too.
Batch next_batch(const Windows& windows, std::span<const int64_t> which, size_t& done) {
  // So few tokens at a time that an evaluation takes less memory than a training step, and little time for each piece.
  const size_t at_once = size_t(std::max<int64_t>(1, 256 / windows.length()));
  const auto some = which.subspan(done, std::min(at_once, which.size() - done));
  done += some.size();
  return windows.at(some);
}

}  // namespace

double bytes_per_prediction(const Windows& windows, const Tokenizer& tokenizer, int64_t max_windows) {
  std::vector<int64_t> bytes_of;
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id)
    bytes_of.push_back(int64_t(tokenizer.decode({&id, 1}).size()));
  int64_t bytes = 0, predictions = 0;
  const std::vector<int64_t> which = spread_evenly(windows.count(), max_windows);
  for (size_t done = 0; done < which.size();) {
    const Batch batch = next_batch(windows, which, done);
    for (int32_t id : batch.targets.values())
      if (id >= 0) bytes += bytes_of[size_t(id)], ++predictions;
  }
  return predictions > 0 ? double(bytes) / double(predictions) : 0;
}

double bits_per_byte(double loss, double bytes_per_prediction) {
  return bytes_per_prediction > 0 ? loss / bytes_per_prediction / std::log(2.0) : 0;
}

Evaluator::Evaluator(const Model& model, const Windows& windows, Rule rule, const EvaluateOptions& options)
    : model_(model),
      windows_(windows),
      rule_(rule),
      options_(options),
      which_(spread_evenly(windows.count(), options.max_windows)),
      reached_(size_t(windows.length()), false) {}

bool Evaluator::advance() {
  if (judged_ == which_.size()) return false;
  const NoGrad off;
  const Batch batch = next_batch(windows_, which_, judged_);
  const int64_t count = batch.inputs.count();
  const Rows rows = Rows::last(batch.lengths, batch.lengths);
  std::optional<KvCache> cache;
  if (options_.cache != CacheFormat::f32) cache.emplace(model_.config(), rows.sequences(), options_.cache);
  const ForwardResult result =
      model_.forward(batch.inputs.reshape({count}), rows,
                     {.rule = rule_, .max_depth = options_.max_depth, .cache = cache ? &*cache : nullptr});
  take(batch, rows, result, cross_entropy(result.logits, batch.targets.reshape({count}), Reduction::none).value());
  return judged_ < which_.size();
}

/// Where a target is -1, the loss is 0.
void Evaluator::take(const Batch& batch, const Rows& rows, const ForwardResult& result, const Tensor& nll) {
  for (Real loss : nll.values()) sum_.loss += loss;
  for (int64_t i = 0; i < rows.count(); ++i) {
    sum_.mean_depth += result.depth[i];
    if (result.depth[i] == model_.layers().recursions) reached_[rows.positions.data()[i]] = true;
  }
  routing_.add(result.metrics, double(rows.count()));
  positions_ += rows.count();
  const auto targets = batch.targets.values();
  sum_.tokens += rows.count() - std::count(targets.begin(), targets.end(), -1);
  sum_.unknown += batch.unknown;
  if (options_.see) options_.see(batch.inputs, result, nll);
}

Evaluation Evaluator::result() const {
  check_input(sum_.tokens > 0, "the text: has nothing that the model knows to judge it by (use another text)");
  Evaluation judged = sum_;
  judged.loss /= double(sum_.tokens);
  judged.mean_depth /= double(positions_);
  judged.sampling_accuracy = routing_.sampling_accuracy / double(positions_);
  judged.perplexity = std::exp(judged.loss);
  judged.dead_positions = double(std::count(reached_.begin(), reached_.end(), false)) / double(windows_.length());
  judged.max_violation = routing_.max_violation();
  judged.load_entropy = routing_.entropy();
  return judged;
}

Evaluation evaluate(const Model& model, const Windows& windows, Rule rule, const EvaluateOptions& options) {
  Evaluator evaluator(model, windows, rule, options);
  while (evaluator.advance()) {
  }
  return evaluator.result();
}

}  // namespace tinymor
