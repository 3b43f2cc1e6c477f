#include "trainer/snapshot.h"

#include <utility>

#include "mor/trace.h"

namespace tinymor {

Snapshot snapshot_of(const Model& model, const Tokenizer& tokenizer, std::span<const int32_t> text, bool attention) {
  const Rule causal = causal_rule(model.config());
  Snapshot snapshot;
  snapshot.topk = trace(model, text, {.rule = Rule::topk});
  snapshot.topk.likely.clear();  // nobody writes by the training rule
  snapshot.threshold = trace(model, text, {.rule = causal, .attention = attention});
  for (int32_t id : text) snapshot.topk.pieces.push_back(tokenizer.piece(id));
  snapshot.threshold.pieces = snapshot.topk.pieces;
  for (int64_t most = 1; most < model.layers().recursions; ++most) {
    Trace capped = trace(model, text, {.rule = causal, .max_depth = most});
    snapshot.capped.push_back({std::move(capped.nll), std::move(capped.likely)});
  }
  snapshot.gradients = gradients_by_use(model, text);
  return snapshot;
}

}  // namespace tinymor
