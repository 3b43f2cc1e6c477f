#include "trainer/recording/snapshot.h"

#include "mor/trace.h"

namespace tinymor {

Snapshot snapshot_of(const Model& model, const Tokenizer& tokenizer, std::span<const int32_t> text,
                     SnapshotParts parts) {
  const Rule causal = causal_rule(model.config());
  Snapshot snapshot;
  snapshot.topk = trace(model, text, {.rule = Rule::topk});
  if (parts.gradients) snapshot.topk.gradients = gradient_by_use(model, text);
  snapshot.topk.likely.clear();  // nobody writes by the training rule
  PassStates left;
  snapshot.threshold = trace(model, text, {.rule = causal, .attention = parts.attention}, &left);
  snapshot.threshold.exits = early_exits(model, snapshot.threshold, left);
  for (int32_t id : text) snapshot.topk.pieces.push_back(tokenizer.piece(id));
  snapshot.threshold.pieces = snapshot.topk.pieces;
  return snapshot;
}

}  // namespace tinymor
