#include "mor/trace.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mor/kv_cache.h"
#include "mor/whole.h"
#include "tensor/error.h"

namespace tinymor {
namespace {

/// softmax(q k^T / sqrt(D)) of one sequence's rows, computed once more: the model's own attention keeps no weights.
AttentionTrace attention_of(const ModelConfig& config, const Rows& rows, const Tensor& q, const KvView& kv,
                            const std::vector<int32_t>& keys) {
  const int64_t width = config.d_head(), group = config.n_heads / config.n_kv_heads;
  AttentionTrace note;
  const auto places = rows.positions.values();
  note.queries.assign(places.begin(), places.end());
  note.keys = keys;
  const int64_t first = kv.plan.key_begin[0];
  const Tensor own = kv.keys.value().slice(0, first, first + int64_t(keys.size()));
  for (int64_t head = 0; head < config.n_heads; ++head) {
    const auto columns = [&](const Tensor& x, int64_t h) { return x.slice(1, h * width, (h + 1) * width); };
    const Tensor scaled = columns(own, head / group) * (1 / std::sqrt(double(width)));
    Tensor scores = matmul(columns(q, head), scaled.transpose(0, 1));
    for (int64_t i = 0; i < rows.count(); ++i) {
      Tensor hidden = scores.select(0, i).slice(0, kv.plan.visible[i], scores.dim(1));
      std::fill_n(hidden.mutable_data(), hidden.count(), -std::numeric_limits<Real>::infinity());
    }
    const Tensor log_sums = logsumexp(scores, {1}, true);
    for (Real log_sum : log_sums.values()) note.log_sums.push_back(float(log_sum));
    const Tensor weights = exp(scores - log_sums) * 255;
    for (int64_t i = 0; i < rows.count(); ++i) {
      const Tensor seen = weights.select(0, i).slice(0, 0, kv.plan.visible[i]);
      for (Real weight : seen.values()) note.weights.push_back(uint8_t(whole(double(weight) + 0.5, 0, 255)));
    }
  }
  return note;
}

/// Notes what routers and attention do with one sequence.
class Notes : public Probe {
 public:
  /// `cache`: that of the forward pass, unless attention is to be left out.
  Notes(const ModelConfig& config, const KvCache* cache) : config_(config), cache_(cache) {}
  std::vector<RecursionTrace> recursions;
  std::vector<std::vector<float>> router_logits;
  std::vector<AttentionTrace> attention;
  std::vector<std::vector<int32_t>> experts;
  Variable first;                // the states before the recursions
  std::vector<Variable> states;  // after each recursion

  void on_states(int64_t r, const Variable& x) override {
    if (r < 0)
      first = x;
    else
      states.push_back(x);
  }

  void on_experts(int64_t layer, const Rows& rows, const Tensor&, const IntTensor& chosen) override {
    std::vector<int32_t>& its = experts[size_t(layer)];
    for (int64_t row = 0; row < rows.count(); ++row)
      its[size_t(rows.positions.data()[row])] = chosen.data()[row * chosen.shape()[1]];
  }

  void on_attention(int64_t layer, const Rows& rows, const Tensor& q, const KvStore& kv) override {
    if (!cache_) return;
    attention.resize(std::max<size_t>(attention.size(), layer + 1));  // layers that no token enters stay empty
    attention[layer] = attention_of(config_, rows, q, kv.view(layer, rows), cache_->positions(cache_->base_of(layer)));
  }

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

 private:
  const ModelConfig& config_;
  const KvCache* cache_;
};

float norm_of(std::span<const Real> values) {
  double squares = 0;
  for (Real value : values) squares += double(value) * double(value);
  return float(std::sqrt(squares));
}

/// Of the tokens that took recursion r, from the states [T,d] before it and after it.
StateChange change_of(const Tensor& before, const Tensor& after, const std::vector<int32_t>& depth, int64_t r) {
  const Tensor moved = after - before;
  StateChange out;
  for (int64_t t = 0; t < int64_t(depth.size()); ++t) {
    if (depth[t] <= r) continue;
    out.before.push_back(norm_of(before.select(0, t).values()));
    out.change.push_back(norm_of(moved.select(0, t).values()));
  }
  return out;
}

/// logits [T,V]; targets [T] as next_tokens gives them.
Prediction prediction_of(const Tensor& logits, const IntTensor& targets) {
  const Tensor nll = cross_entropy(logits, targets, Reduction::none).value();
  const int64_t length = logits.dim(0), count = std::min(kCandidates, logits.dim(1));
  const Tensor log_total = logsumexp(logits, {1});
  const Sorted best = top_k(logits, count);
  Prediction prediction;
  for (int64_t t = 0; t < length; ++t) {
    if (t + 1 < length) prediction.nll.push_back(float(nll.at({t})));
    for (int64_t i = 0; i < count; ++i)
      prediction.likely.push_back(
          {best.indices.at({t, i}), float(std::exp(best.values.at({t, i}) - log_total.at({t})))});
  }
  return prediction;
}

/// After a backward pass through `layers`, one for each effective layer.
UseGradients norms_by_use(std::vector<DecoderLayer>& layers, const LayerMap& map) {
  using Gradients = std::vector<Tensor>;  // of a layer's weights; undefined where no token entered the layer
  const auto norm_of = [](const Gradients& gradients) {
    double squares = 0;
    for (const Tensor& g : gradients)
      if (g.defined()) squares += double(sum(g * g).item());
    return float(std::sqrt(squares));
  };
  UseGradients norms;
  std::vector<Gradients> totals(map.unique);
  for (size_t l = 0; l < layers.size(); ++l) {
    Gradients use;
    for (const Variable* weight : layers[l].parameters()) use.push_back(weight->grad());
    norms.use.push_back(norm_of(use));
    Gradients& total = totals[map.weights[l]];
    total.resize(use.size());
    for (size_t i = 0; i < use.size(); ++i)
      if (use[i].defined()) total[i] = total[i].defined() ? total[i] + use[i] : use[i];
  }
  for (const Gradients& total : totals) norms.total.push_back(norm_of(total));
  return norms;
}

void check_length(const ModelConfig& config, int64_t length) {
  check_input(length >= 2 && length <= config.max_seq_len, "text: it has {} tokens (use 2 to {} for this model)",
              length, config.max_seq_len);
}

}  // namespace

Trace trace(const Model& model, std::span<const int32_t> tokens, const TraceOptions& options, PassStates* left) {
  const ModelConfig& config = model.config();
  const int64_t length = int64_t(tokens.size());
  check_length(config, length);
  check_input(options.depths.empty() || int64_t(options.depths.size()) == length,
              "depths: {} for the {} tokens of the text (give one each)", options.depths.size(), length);
  const NoGrad off;
  KvCache cache(config);
  Notes notes(config, options.attention ? &cache : nullptr);
  if (config.ffn == Ffn::experts)
    notes.experts.assign(size_t(config.n_layers), std::vector<int32_t>(size_t(length), -1));
  const IntTensor ids({length}, tokens), targets = next_tokens(tokens);
  ForwardResult result = model.forward(ids, Rows::batch(1, length),
                                       {.rule = options.rule,
                                        .max_depth = options.max_depth,
                                        .cache = &cache,
                                        .depths = options.depths,
                                        .shift = options.shift,
                                        .probe = &notes});
  const Loss loss = training_loss(config, result, targets);
  const LayerMap& map = model.layers();
  Trace trace;
  static_cast<Prediction&>(trace) = prediction_of(result.logits.value(), targets);
  trace.rule = options.rule;
  trace.tokens.assign(tokens.begin(), tokens.end());
  trace.depth = std::move(result.depth);
  trace.recursions = std::move(notes.recursions);
  trace.router_logits = std::move(notes.router_logits);
  for (size_t r = 0; r < notes.states.size(); ++r)
    trace.changes.push_back(change_of((r == 0 ? notes.first : notes.states[r - 1]).value(), notes.states[r].value(),
                                      trace.depth, int64_t(r)));
  trace.lm_loss = loss.lm;
  trace.aux_loss = loss.aux;
  trace.z_loss = loss.z;
  trace.balance_loss = loss.balance;
  for (int64_t r = 0; r < map.recursions; ++r) {
    trace.kv_entries.emplace_back();
    for (int64_t j = 0; j < map.block; ++j)
      trace.kv_entries.back().push_back(int64_t(cache.positions(map.layer(r, j)).size()));
  }
  trace.kv_bytes = cache.bytes();
  trace.kv_vanilla_bytes = length * config.n_layers * kv_bytes_per_entry(config);
  trace.experts = std::move(notes.experts);
  trace.attention = std::move(notes.attention);
  if (options.attention) trace.attention.resize(config.n_layers);
  if (left) *left = {result.logits.value(), std::move(notes.states)};
  return trace;
}

UseGradients gradient_by_use(const Model& model, std::span<const int32_t> tokens, Rule rule) {
  const int64_t length = int64_t(tokens.size());
  check_length(model.config(), length);
  const Model used = model.clone();  // gradients would stay in the model
  std::vector<DecoderLayer> layers = used.unrolled();
  const ForwardResult result =
      used.forward(IntTensor({length}, tokens), Rows::batch(1, length), {.rule = rule, .layers = layers});
  training_loss(used.config(), result, next_tokens(tokens)).total.backward();
  return norms_by_use(layers, used.layers());
}

std::vector<Prediction> early_exits(const Model& model, const Trace& whole, const PassStates& left) {
  const NoGrad off;
  const ModelConfig& config = model.config();
  const int64_t length = int64_t(whole.tokens.size());
  const Rows rows = Rows::batch(1, length);
  const IntTensor ids({length}, whole.tokens), targets = next_tokens(whole.tokens);
  const auto logits_at = [&](int64_t exit) {
    // Where a token ends, token choice adds its first state: the states after earlier recursions do not have it yet.
    if (config.routing == Routing::token_choice) {
      KvCache cache(config);
      return model.forward(ids, rows, {.rule = whole.rule, .max_depth = exit, .cache = &cache}).logits;
    }
    ForwardKeys keys(config);
    return model.head(model.trunk().coda(left.states[exit - 1], rows, keys, {}));
  };
  std::vector<Prediction> exits;
  for (int64_t exit = 1; exit < model.layers().recursions; ++exit) {
    const bool reached = exit <= int64_t(left.states.size());
    exits.push_back(reached ? prediction_of(logits_at(exit).value(), targets) : Prediction(whole));
  }
  return exits;
}

}  // namespace tinymor
