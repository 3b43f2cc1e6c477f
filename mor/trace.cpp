#include "mor/trace.h"

#include <cmath>

#include "mor/kv_cache.h"
#include "mor/model.h"
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
    const Tensor scaled = columns(own, head / group) * Real(1 / std::sqrt(double(width)));
    const Tensor scores = matmul(columns(q, head), scaled.transpose(0, 1));
    for (int64_t i = 0; i < rows.count(); ++i) {
      const Tensor seen = scores.select(0, i).slice(0, 0, kv.plan.visible[i]);
      const Real log_total = logsumexp(seen, {0}).item();
      for (Real s : seen.values()) note.weights.push_back(uint8_t(std::lround(255 * std::exp(s - log_total))));
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

void check_length(const Model& model, std::span<const int32_t> tokens) {
  const int64_t length = int64_t(tokens.size()), most = model.config().max_seq_len;
  check_input(length >= 2 && length <= most, "text: it has {} tokens (use 2 to {} for this model)", length, most);
}

std::vector<Candidate> likeliest(const Tensor& logits) {
  const int64_t count = std::min(kCandidates, logits.dim(1));
  const Tensor log_total = logsumexp(logits, {1});
  const Sorted best = top_k(logits, count);
  std::vector<Candidate> likely;
  for (int64_t t = 0; t < logits.dim(0); ++t)
    for (int64_t i = 0; i < count; ++i)
      likely.push_back({best.indices.at({t, i}), float(std::exp(best.values.at({t, i}) - log_total.at({t})))});
  return likely;
}

}  // namespace

Trace trace(const Model& model, std::span<const int32_t> tokens, const TraceOptions& options, Tensor* logits) {
  check_length(model, tokens);
  const int64_t length = int64_t(tokens.size());
  const ModelConfig& config = model.config();
  check_input(options.depths.empty() || int64_t(options.depths.size()) == length,
              "depths: {} for the {} tokens of the text (give one each)", options.depths.size(), length);
  const NoGrad off;
  KvCache cache(config);
  Notes notes(config, options.attention ? &cache : nullptr);
  const Rows rows = Rows::batch(1, length);
  const ForwardResult result = model.forward(IntTensor({length}, tokens), rows,
                                             {.rule = options.rule,
                                              .max_depth = options.max_depth,
                                              .cache = &cache,
                                              .depths = options.depths,
                                              .shift = options.shift,
                                              .probe = &notes});
  if (logits) *logits = result.logits.value();

  Trace trace;
  trace.rule = options.rule;
  trace.tokens.assign(tokens.begin(), tokens.end());
  trace.depth = result.depth;
  trace.recursions = std::move(notes.recursions);
  trace.router_logits = std::move(notes.router_logits);
  trace.attention = std::move(notes.attention);
  if (options.attention) trace.attention.resize(config.n_layers);
  trace.likely = likeliest(result.logits.value());
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

UseGradients gradients_by_use(const Model& model, std::span<const int32_t> tokens) {
  check_length(model, tokens);
  const int64_t length = int64_t(tokens.size());
  const Model copy = model.clone();  // gradients of what is not unrolled would stay in the model
  std::vector<DecoderLayer> layers = copy.unrolled();
  const ForwardResult result =
      copy.forward(IntTensor({length}, tokens), Rows::batch(1, length), {.rule = Rule::topk, .layers = layers});
  training_loss(model.config(), result, next_tokens(tokens)).total.backward();

  using Gradients = std::vector<Tensor>;  // of a layer's weights; undefined where nobody entered the layer
  const auto norm_of = [](const Gradients& gradients) {
    double squares = 0;
    for (const Tensor& g : gradients)
      if (g.defined()) squares += double(sum(g * g).item());
    return float(std::sqrt(squares));
  };
  UseGradients norms;
  std::vector<Gradients> totals(model.layers().unique);
  for (size_t l = 0; l < layers.size(); ++l) {
    Gradients use;
    for (const Variable* weight : layers[l].parameters()) use.push_back(weight->grad());
    norms.use.push_back(norm_of(use));
    Gradients& total = totals[model.layers().weights[l]];
    total.resize(use.size());
    for (size_t i = 0; i < use.size(); ++i)
      if (use[i].defined()) total[i] = total[i].defined() ? total[i] + use[i] : use[i];
  }
  for (const Gradients& total : totals) norms.total.push_back(norm_of(total));
  return norms;
}

}  // namespace tinymor
