#include "mor/counts.h"

#include "mor/kv_cache.h"
#include "mor/sharing.h"

namespace tinymor {
namespace {

/// Share of the tokens that recursion r takes.
double capacity(const ModelConfig& config, int64_t r) {
  if (config.routing == Routing::none) return 1;
  return config.router.capacity.empty() ? double(config.n_recursions - r) / double(config.n_recursions)
                                        : config.router.capacity[r];
}

}  // namespace

ParameterCounts count_parameters(const ModelConfig& config) {
  const int64_t d = config.d_model, q = config.n_heads * config.d_head(), kv = config.n_kv_heads * config.d_head();
  const LayerMap map = layer_map(config);
  ParameterCounts counts;
  counts.embedding = config.vocab_size * d * (config.tie_embeddings ? 1 : 2);
  counts.layers = map.unique * (2 * d * q + 2 * d * kv + 3 * d * config.d_ff + 2 * d) + d;
  if (config.routing == Routing::expert_choice) counts.routers = map.recursions * d;
  return counts;
}

double paper_flops_per_token(const ModelConfig& config, int64_t length) {
  const double d = double(config.d_model), maps = 8 * d * d + 6 * d * double(config.d_ff),
               attention = 2 * d * double(length);
  const LayerMap map = layer_map(config);
  double total = double(map.prelude + map.coda) * (maps + attention);
  for (int64_t r = 0; r < map.recursions; ++r) {
    const double c = capacity(config, r);
    total += double(map.block) * (c * maps + c * c * attention);
  }
  return total;
}

double honest_flops_per_token(const ModelConfig& config, int64_t length) {
  const double d = double(config.d_model), kv = double(config.n_kv_heads * config.d_head());
  const double maps = 4 * d * d + 4 * d * kv + 6 * d * double(config.d_ff), attention = 2 * d * double(length + 1);
  const LayerMap map = layer_map(config);
  double total = double(map.prelude + map.coda) * (maps + attention) + 2 * d * double(config.vocab_size);
  double candidates = 1;
  for (int64_t r = 0; r < map.recursions; ++r) {
    const double c = capacity(config, r);
    if (config.routing != Routing::none) total += candidates * 2 * d;
    total += double(map.block) * (c * maps + c * c * attention);
    candidates = c;
  }
  return total;
}

double kv_bytes_per_token(const ModelConfig& config, KvStrategy strategy) {
  const LayerMap map = layer_map(config);
  double layers = double(map.prelude + map.coda);
  for (int64_t r = 0; r < map.recursions; ++r)
    if (r == 0 || strategy != KvStrategy::shared) layers += double(map.block) * capacity(config, r);
  return layers * double(kv_bytes_per_entry(config));
}

double vanilla_kv_bytes_per_token(const ModelConfig& config) {
  return double(config.n_layers * kv_bytes_per_entry(config));
}

}  // namespace tinymor
