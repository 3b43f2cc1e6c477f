#include "mor/counts.h"

#include <algorithm>
#include <cmath>

#include "mor/kv_cache.h"
#include "mor/kv_store.h"
#include "mor/relaxation.h"
#include "mor/router.h"
#include "mor/sharing.h"

namespace tinymor {
namespace {

/// The tokens that take each recursion, counted in parts; `whole` parts are all tokens. Sums of whole parts are exact
/// and are divided once, at the end, where sums of 2.0 / 3 and 1.0 / 3 would turn 768 into 767.9999999999999.
struct Shares {
  std::vector<double> parts;
  double whole = 1;
};

/// What an effective layer computes on average per token of a sequence, in the parts of Shares.
struct LayerWork {
  double share = 1;  ///< of the tokens that go through the layer
  double keys = 1;   ///< of the tokens whose keys its queries find
  bool own_keys = true;
  bool relaxed = false;  ///< has low-rank terms

  double low_rank_numbers(const ModelConfig& config) const {
    return relaxed ? double(tinymor::low_rank_numbers(config, own_keys)) : 0;
  }
  double low_ranks(const ModelConfig& config) const {
    double ranks = 0;
    for (const LowRankShape& term : low_rank_shapes(config, own_keys)) ranks += relaxed ? double(term.rank) : 0;
    return ranks;
  }
};

/// Share of the tokens that take recursion r; token choice counts as balanced, and exit gates as in training.
double capacity(const ModelConfig& config, int64_t r) {
  if (config.routing == Routing::none || config.routing == Routing::exit_gate) return 1;
  return config.router.capacity.empty() ? default_capacity(r, config.n_recursions) : config.router.capacity[r];
}

/// In the largest parts that divide all capacities: 0.7 and 0.4 are 7 and 4 of 10. Capacities without such parts are
/// kept as shares of 1.
Shares mean_shares(const ModelConfig& config) {
  constexpr double most = 10000;
  Shares shares;
  for (int64_t r = 0; r < layer_map(config).recursions; ++r) shares.parts.push_back(capacity(config, r));
  for (double n = 1; n <= most; ++n) {
    const auto fits = [n](double share) { return std::round(share * n) / n == share; };
    if (!std::all_of(shares.parts.begin(), shares.parts.end(), fits)) continue;
    for (double& share : shares.parts) share = std::round(share * n);
    shares.whole = n;
    break;
  }
  return shares;
}

/// Those of a single token.
Shares shares_of(const ModelConfig& config, int64_t depth) {
  Shares alone{std::vector<double>(size_t(layer_map(config).recursions))};
  std::fill_n(alone.parts.begin(), std::clamp<int64_t>(depth, 0, int64_t(alone.parts.size())), 1);
  return alone;
}

std::vector<LayerWork> work_of(const ModelConfig& config, const Shares& shares) {
  const LayerMap map = layer_map(config);
  const KeyMap keys(config);
  std::vector<LayerWork> work(config.n_layers, {shares.whole, shares.whole});
  for (int64_t l = 0; l < config.n_layers; ++l)
    if (const int64_t r = map.recursion_of(l); r >= 0) work[l].share = shares.parts[r];
  for (int64_t l = 0; l < config.n_layers; ++l) {
    work[l].keys = work[keys.base_of(l)].share;
    work[l].own_keys = keys.computes_keys(l);
    work[l].relaxed = config.lora_rank > 0 && map.is_shared(l);
  }
  return work;
}

int64_t scorer_weights(const ModelConfig& config, int64_t outputs) {
  const int64_t d = config.d_model, hidden = config.router_hidden();
  return hidden == 0 ? d * outputs : hidden * (d + outputs);
}

/// Weights of what follows attention: of all its MLPs, and of those that a token goes through.
int64_t mlp_weights(const ModelConfig& config, int64_t mlps) {
  const int64_t gate = config.ffn == Ffn::experts ? config.n_experts * config.d_model : 0;
  return 3 * config.d_model * config.d_ff * mlps + gate;
}
double mlp_weights_per_token(const ModelConfig& config) {
  return double(mlp_weights(config, config.mlps_per_token()));
}

}  // namespace

ParameterCounts count_parameters(const ModelConfig& config) {
  const int64_t d = config.d_model, q = config.n_heads * config.d_head(), kv = config.n_kv_heads * config.d_head();
  const LayerMap map = layer_map(config);
  ParameterCounts counts;
  counts.embedding = config.vocab_size * d * (config.tie_embeddings ? 1 : 2);
  counts.layers = map.unique * (2 * d * q + mlp_weights(config, config.mlps()) + 2 * d) + d;
  const KeyMap keys(config);
  for (int64_t l = 0; l < config.n_layers; ++l) {
    if (map.first[l] == l && keys.computes_keys(l)) counts.layers += 2 * d * kv;
    if (!map.is_shared(l)) continue;
    if (config.lora_rank > 0) counts.layers += low_rank_numbers(config, keys.computes_keys(l));
    if (config.own_norms && map.first[l] != l) counts.layers += 2 * d;
  }
  // A vector for each recursion, or, where each layer is repeated by itself, for each of its uses.
  if (config.recursion_encoding != RecursionEncoding::none)
    counts.layers += d * (map.recursions > 1 ? map.recursions : map.block);
  const RouterShape routers = router_shape(config);
  counts.routers = (routers.scorers + routers.aux_scorers) * scorer_weights(config, routers.outputs);
  counts.buffers = routers.biases;
  return counts;
}

double paper_flops_per_token(const ModelConfig& config, int64_t length) {
  const double d = double(config.d_model), mlp = 2 * mlp_weights_per_token(config);
  const Shares shares = mean_shares(config);
  double total = 0;
  for (const LayerWork& layer : work_of(config, shares))
    total +=
        layer.share * (shares.whole * ((layer.own_keys ? 8 : 4) * d * d + mlp + 2 * layer.low_rank_numbers(config)) +
                       layer.keys * 2 * d * double(length));
  return total / (shares.whole * shares.whole);
}

namespace {

double honest_flops(const ModelConfig& config, int64_t length, const Shares& shares) {
  const double d = double(config.d_model), kv = double(config.n_kv_heads * config.d_head());
  const double others = 4 * d * d + 2 * mlp_weights_per_token(config), attention = 2 * d * double(length + 1);
  const double scorers = 2 * double(count_parameters(config).routers), recursions = double(shares.parts.size());
  double scored = 0;  // recursions, in parts: each scores those that the one before has left
  for (size_t r = 0; r < shares.parts.size(); ++r) scored += r > 0 ? shares.parts[r - 1] : shares.whole;
  if (config.routing == Routing::token_choice) scored = recursions * shares.whole;  // one scores all at once
  double total = shares.whole * (shares.whole * 2 * d * double(config.vocab_size) + scorers * scored / recursions);
  for (const LayerWork& layer : work_of(config, shares))
    total += layer.share *
             (shares.whole * (others + (layer.own_keys ? 4 * d * kv : 0) + 2 * layer.low_rank_numbers(config)) +
              layer.keys * attention);
  return total / (shares.whole * shares.whole);
}

double kv_bytes(const ModelConfig& config, const Shares& shares) {
  double layers = 0;
  for (const LayerWork& layer : work_of(config, shares)) layers += layer.own_keys ? layer.share : 0;
  return layers * double(kv_bytes_per_entry(config)) / shares.whole;
}

}  // namespace

double honest_flops_per_token(const ModelConfig& config, int64_t length) {
  return honest_flops(config, length, mean_shares(config));
}

double honest_flops_of_token(const ModelConfig& config, int64_t depth, int64_t visible) {
  return honest_flops(config, 2 * visible - 1, shares_of(config, depth));  // of which a token sees half on average
}

double honest_flops_per_image(const ModelConfig& config, double pixels) {
  const double tokens = double(config.max_seq_len), d = double(config.d_model);
  // Attention to all of them costs what causal attention costs in a text twice as long.
  return tokens * honest_flops_per_token(config, 2 * config.max_seq_len - 1) +
         2 * d * (tokens - 1) * (pixels - double(config.vocab_size));
}

double layers_per_token(const ModelConfig& config, double depth) {
  const LayerMap map = layer_map(config);
  return double(map.prelude + map.coda) + double(map.block) * depth;
}

namespace {

double packed_bytes(int64_t out, int64_t in, WeightFormat format) {
  return double(PackedMatrix::bytes_of(out, in, format));
}

double key_projection_bytes(const ModelConfig& config, WeightFormat format) {
  return 2 * packed_bytes(config.n_kv_heads * config.d_head(), config.d_model, format);
}

}  // namespace

WeightBytes weight_bytes(const ModelConfig& config, WeightFormat format) {
  const auto bytes = [format](int64_t out, int64_t in) { return packed_bytes(out, in, format); };
  const int64_t d = config.d_model, q = config.n_heads * config.d_head();
  const double gate = config.ffn == Ffn::experts ? packed_bytes(config.n_experts, d, WeightFormat::f32) : 0;
  return {bytes(q, d) + key_projection_bytes(config, format) + bytes(d, q) +
              double(config.mlps_per_token()) * (2 * bytes(config.d_ff, d) + bytes(d, config.d_ff)) + gate,
          bytes(config.vocab_size, d)};
}

double weight_bytes_per_token(const ModelConfig& config, double depth, WeightFormat format) {
  const WeightBytes bytes = weight_bytes(config, format);
  const LayerMap map = layer_map(config);
  const std::vector<LayerWork> work = work_of(config, mean_shares(config));
  double total = bytes.head;
  for (int64_t l = 0; l < config.n_layers; ++l) {
    const int64_t r = map.recursion_of(l);
    double layer = bytes.layer - (work[l].own_keys ? 0 : key_projection_bytes(config, format));
    if (work[l].relaxed)
      for (const LowRankShape& term : low_rank_shapes(config, work[l].own_keys))
        layer += packed_bytes(term.rank, term.in, format) + packed_bytes(term.out, term.rank, format);
    total += layer * (r < 0 ? 1 : std::clamp(depth - double(r), 0.0, 1.0));
  }
  return total;
}

double kv_bytes_per_token(const ModelConfig& config, KvStrategy strategy) {
  ModelConfig with = config;
  with.kv_cache = strategy;
  return kv_bytes(with, mean_shares(with));
}

int64_t kv_bytes_of_token(const ModelConfig& config, int64_t depth) {
  return std::llround(kv_bytes(config, shares_of(config, depth)));
}

double vanilla_kv_bytes_per_token(const ModelConfig& config) {
  return double(config.n_layers * kv_bytes_per_entry(config));
}

double kept_numbers_per_token(const ModelConfig& config) {
  const double d = double(config.d_model), q = double(config.n_heads * config.d_head()),
               kv = double(config.n_kv_heads * config.d_head());
  // Experts also keep the rows that they take, their answers, and the sum so far.
  const double k = double(config.mlps_per_token()), experts = config.ffn == Ffn::experts ? (2 * k + 1) * d : 0;
  const double mlp = 2 * k * double(config.d_ff) + experts;
  const Shares shares = mean_shares(config);
  double total = shares.whole * (2 * d + 2 * double(config.vocab_size));
  for (const LayerWork& layer : work_of(config, shares))
    total += layer.share * (2 * d + 2 * q + (layer.own_keys ? 2 * kv : 0) + mlp + layer.low_ranks(config));
  for (const double part : config.routing == Routing::none ? std::vector<double>() : shares.parts)
    total += d * (shares.whole + 2 * part);
  return total / shares.whole;
}

}  // namespace tinymor
