#include "mor/counts.h"

#include <algorithm>

#include "mor/kv_cache.h"
#include "mor/kv_store.h"
#include "mor/sharing.h"

namespace tinymor {
namespace {

/// What the effective layers of a model compute on average per token of a sequence.
struct LayerWork {
  double share = 1;  ///< of the tokens that go through the layer
  double keys = 1;   ///< of the tokens whose keys its queries find
  bool own_keys = true;
};

/// Share of the tokens that take recursion r; token choice counts as balanced.
double capacity(const ModelConfig& config, int64_t r) {
  if (config.routing == Routing::none) return 1;
  return config.router.capacity.empty() ? default_capacity(r, config.n_recursions) : config.router.capacity[r];
}

using Shares = std::vector<double>;  // of the tokens, those that take each recursion

Shares mean_shares(const ModelConfig& config) {
  Shares shares;
  for (int64_t r = 0; r < layer_map(config).recursions; ++r) shares.push_back(capacity(config, r));
  return shares;
}

std::vector<LayerWork> work_of(const ModelConfig& config, const Shares& shares) {
  const LayerMap map = layer_map(config);
  const KeyMap keys(config);
  std::vector<LayerWork> work(config.n_layers);
  for (int64_t l = 0; l < config.n_layers; ++l)
    if (const int64_t r = map.recursion_of(l); r >= 0) work[l].share = shares[r];
  for (int64_t l = 0; l < config.n_layers; ++l) {
    work[l].keys = work[keys.base_of(l)].share;
    work[l].own_keys = keys.computes_keys(l);
  }
  return work;
}

int64_t scorer_weights(const ModelConfig& config, int64_t outputs) {
  const int64_t d = config.d_model, hidden = config.router_hidden();
  return hidden == 0 ? d * outputs : hidden * (d + outputs);
}

}  // namespace

ParameterCounts count_parameters(const ModelConfig& config) {
  const int64_t d = config.d_model, q = config.n_heads * config.d_head(), kv = config.n_kv_heads * config.d_head();
  const LayerMap map = layer_map(config);
  ParameterCounts counts;
  counts.embedding = config.vocab_size * d * (config.tie_embeddings ? 1 : 2);
  counts.layers = map.unique * (2 * d * q + 2 * d * kv + 3 * d * config.d_ff + 2 * d) + d;
  const RouterConfig& router = config.router;
  const int64_t n = config.n_recursions;
  if (config.routing == Routing::none || router.random) return counts;
  counts.routers = config.routing == Routing::expert_choice ? n * scorer_weights(config, 1) : scorer_weights(config, n);
  if (router.sampling == RouterSampling::aux_router) counts.routers *= 2;
  if (router.balancing == RouterBalancing::loss_free) counts.buffers = n;
  return counts;
}

double paper_flops_per_token(const ModelConfig& config, int64_t length) {
  const double d = double(config.d_model), mlp = 6 * d * double(config.d_ff);
  double total = 0;
  for (const LayerWork& layer : work_of(config, mean_shares(config)))
    total += layer.share * ((layer.own_keys ? 8 : 4) * d * d + mlp + layer.keys * 2 * d * double(length));
  return total;
}

namespace {

double honest_flops(const ModelConfig& config, int64_t length, const Shares& shares) {
  const double d = double(config.d_model), kv = double(config.n_kv_heads * config.d_head());
  const double others = 4 * d * d + 6 * d * double(config.d_ff), attention = 2 * d * double(length + 1);
  double total = 2 * d * double(config.vocab_size);
  for (const LayerWork& layer : work_of(config, shares))
    total += layer.share * (others + (layer.own_keys ? 4 * d * kv : 0) + layer.keys * attention);
  const double scorers = 2 * double(count_parameters(config).routers);
  if (config.routing == Routing::token_choice) return total + scorers;
  for (size_t r = 0; r < shares.size(); ++r)  // each scores those that the one before has left
    total += scorers / double(shares.size()) * (r > 0 ? shares[r - 1] : 1);
  return total;
}

}  // namespace

double honest_flops_per_token(const ModelConfig& config, int64_t length) {
  return honest_flops(config, length, mean_shares(config));
}

double honest_flops_of_token(const ModelConfig& config, int64_t depth, int64_t visible) {
  Shares alone(size_t(layer_map(config).recursions), 0);
  std::fill_n(alone.begin(), std::clamp<int64_t>(depth, 0, int64_t(alone.size())), 1);
  return honest_flops(config, 2 * visible - 1, alone);  // of which a token sees half on average
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

double kv_bytes_per_token(const ModelConfig& config, KvStrategy strategy) {
  ModelConfig with = config;
  with.kv_cache = strategy;
  double layers = 0;
  for (const LayerWork& layer : work_of(with, mean_shares(with))) layers += layer.own_keys ? layer.share : 0;
  return layers * double(kv_bytes_per_entry(config));
}

double vanilla_kv_bytes_per_token(const ModelConfig& config) {
  return double(config.n_layers * kv_bytes_per_entry(config));
}

double kept_numbers_per_token(const ModelConfig& config) {
  const double d = double(config.d_model), q = double(config.n_heads * config.d_head()),
               kv = double(config.n_kv_heads * config.d_head());
  double total = 2 * d + 2 * double(config.vocab_size);
  for (const LayerWork& layer : work_of(config, mean_shares(config)))
    total += layer.share * (2 * d + 2 * q + (layer.own_keys ? 2 * kv : 0) + 2 * double(config.d_ff));
  for (int64_t r = 0; config.routing != Routing::none && r < config.n_recursions; ++r)
    total += d * (1 + 2 * capacity(config, r));
  return total;
}

}  // namespace tinymor
