#include "mor/trace.h"

#include "mor/model.h"
#include "tensor/error.h"

namespace tinymor {
namespace {

/// Notes what the routers do with one sequence.
class RoutingNotes : public Probe {
 public:
  std::vector<RecursionTrace> recursions;
  std::vector<std::vector<float>> router_logits;

  void on_depth_scores(const Rows&, const Tensor& logits) override {
    for (int64_t t = 0; t < logits.dim(0); ++t) {
      const auto row = logits.select(0, t).values();
      router_logits.emplace_back(row.begin(), row.end());
    }
  }

  void on_recursion(int64_t, const Rows& candidates, const Tensor& logits, const Tensor& gates,
                    const Rows& selected) override {
    if (!logits.defined()) return;
    RecursionTrace note;
    const auto places = candidates.positions.values(), taken = selected.positions.values();
    note.positions.assign(places.begin(), places.end());
    note.selected.assign(taken.begin(), taken.end());
    for (Real z : logits.values()) note.logits.push_back(float(z));
    for (Real g : gates.values()) note.gates.push_back(float(g));
    recursions.push_back(std::move(note));
  }
};

}  // namespace

Trace trace(const Model& model, std::span<const int32_t> tokens, Rule rule, int64_t max_depth, Tensor* logits,
            std::span<const int32_t> depths) {
  const int64_t length = int64_t(tokens.size());
  const ModelConfig& config = model.config();
  check_input(length >= 2 && length <= config.max_seq_len, "text: it has {} tokens (use 2 to {} for this model)",
              length, config.max_seq_len);
  check_input(depths.empty() || int64_t(depths.size()) == length,
              "depths: {} for the {} tokens of the text (give one each)", depths.size(), length);
  const NoGrad off;
  RoutingNotes notes;
  KvCache cache(config);
  const Rows rows = Rows::batch(1, length);
  const ForwardResult result =
      model.forward(IntTensor({length}, tokens), rows,
                    {.rule = rule, .max_depth = max_depth, .cache = &cache, .depths = depths, .probe = &notes});
  if (logits) *logits = result.logits.value();

  Trace trace;
  trace.rule = rule;
  trace.tokens.assign(tokens.begin(), tokens.end());
  trace.depth = result.depth;
  trace.recursions = std::move(notes.recursions);
  trace.router_logits = std::move(notes.router_logits);
  Tensor nll;
  const Loss loss = training_loss(config, result, next_tokens(tokens), &nll);
  trace.lm_loss = loss.lm;
  trace.aux_loss = loss.aux;
  trace.z_loss = loss.z;
  trace.balance_loss = loss.balance;
  for (int64_t t = 0; t + 1 < length; ++t) trace.nll.push_back(float(nll.at({t})));

  const LayerMap& map = model.layers();
  for (int64_t r = 0; r < map.recursions; ++r) {
    trace.kv_entries.emplace_back();
    for (int64_t j = 0; j < map.block; ++j)
      trace.kv_entries.back().push_back(int64_t(cache.positions(map.layer(r, j)).size()));
  }
  trace.kv_bytes = cache.bytes();
  trace.kv_vanilla_bytes = length * config.n_layers * kv_bytes_per_entry(config);
  return trace;
}

}  // namespace tinymor
