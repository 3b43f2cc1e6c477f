#include "mor/trace.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "mor/kv_cache.h"
#include "mor/model.h"
#include "tensor/error.h"
#include "tensor/whole.h"

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
  std::vector<Variable> states;  // after each recursion

  void on_states(int64_t, const Variable& x) override { states.push_back(x); }

  void on_attention(int64_t layer, const Rows& rows, const Tensor& q, const KvView& kv) override {
    if (!cache_) return;
    attention.resize(std::max<size_t>(attention.size(), layer + 1));  // layers that nobody enters stay empty
    attention[layer] = attention_of(config_, rows, q, kv, cache_->positions(cache_->base_of(layer)));
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

/// Fills a cache and lets gradients through.
class TapedCache : public ForwardKeys {
 public:
  TapedCache(const ModelConfig& config, KvCache& cache) : ForwardKeys(config), cache_(cache) {}
  void append(int64_t layer, const Rows& rows, const Variable& keys, const Variable& values) override {
    ForwardKeys::append(layer, rows, keys, values);
    cache_.append(layer, rows, keys, values);
  }

 private:
  KvCache& cache_;
};

/// After a backward pass through `layers`, one for each effective layer.
UseGradients gradients_by_use(std::vector<DecoderLayer>& layers, const LayerMap& map) {
  using Gradients = std::vector<Tensor>;  // of a layer's weights; undefined where nobody entered the layer
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

}  // namespace

Trace trace(const Model& model, std::span<const int32_t> tokens, const TraceOptions& options, Tensor* logits) {
  const ModelConfig& config = model.config();
  const int64_t length = int64_t(tokens.size()), most = config.max_seq_len;
  check_input(length >= 2 && length <= most, "text: it has {} tokens (use 2 to {} for this model)", length, most);
  check_input(options.depths.empty() || int64_t(options.depths.size()) == length,
              "depths: {} for the {} tokens of the text (give one each)", options.depths.size(), length);
  const bool taped = options.gradients;
  const std::optional<NoGrad> off = taped ? std::nullopt : std::optional<NoGrad>(std::in_place);
  const Model used = taped ? model.clone() : model;  // gradients would stay in the model
  std::vector<DecoderLayer> layers = taped ? used.unrolled() : std::vector<DecoderLayer>();
  KvCache cache(config);
  TapedCache taped_cache(config, cache);
  Notes notes(config, options.attention ? &cache : nullptr);
  const Rows rows = Rows::batch(1, length);
  const IntTensor ids({length}, tokens), targets = next_tokens(tokens);
  ForwardOptions forward{.rule = options.rule,
                         .max_depth = options.max_depth,
                         .cache = taped ? &taped_cache : static_cast<KvStore*>(&cache),
                         .depths = options.depths,
                         .shift = options.shift,
                         .probe = &notes,
                         .layers = layers};
  const ForwardResult result = used.forward(ids, rows, forward);
  if (logits) *logits = result.logits.value();

  const Loss loss = training_loss(config, result, targets);
  const LayerMap& map = model.layers();
  Trace trace;
  static_cast<Prediction&>(trace) = prediction_of(result.logits.value(), targets);
  trace.rule = options.rule;
  trace.tokens.assign(tokens.begin(), tokens.end());
  trace.depth = result.depth;
  trace.recursions = std::move(notes.recursions);
  trace.router_logits = std::move(notes.router_logits);
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

  trace.attention = std::move(notes.attention);
  if (options.attention) trace.attention.resize(config.n_layers);
  if (options.gradients) {
    loss.total.backward();
    trace.gradients = gradients_by_use(layers, map);
  }
  const auto prediction_of_exit = [&](int64_t exit) {
    const NoGrad no_more;
    ForwardKeys keys(config);
    // Where a token ends, token choice adds what it came with: no state before the last says what that would have been.
    forward.cache = &keys, forward.probe = nullptr, forward.max_depth = exit;
    const Variable logits = config.routing == Routing::token_choice
                                ? used.forward(ids, rows, forward).logits
                                : used.head(used.trunk().coda(notes.states[exit - 1], rows, keys, {}));
    return prediction_of(logits.value(), targets);
  };
  for (int64_t exit = 1; options.exits && exit < map.recursions; ++exit) {
    const bool reached = exit <= int64_t(notes.states.size());
    trace.exits.push_back(reached ? prediction_of_exit(exit) : Prediction(trace));
  }
  return trace;
}

}  // namespace tinymor
