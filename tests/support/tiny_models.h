#pragma once
// Small models and texts that several tests use.

#include <string>
#include <vector>

#include "mor/model.h"
#include "tensor/random.h"

namespace tinymor {

/// 11 tokens, width 16, eight effective layers: vanilla, recursive or MoR with three recursions by the arguments.
inline ModelConfig tiny_config(Sharing sharing = Sharing::middle_cycle, Routing routing = Routing::expert_choice) {
  ModelConfig config;
  config.vocab_size = 11;
  config.d_model = 16;
  config.n_heads = 4;
  config.n_kv_heads = 2;
  config.d_ff = 24;
  config.n_layers = sharing == Sharing::cycle ? 6 : 8;
  config.max_seq_len = 32;
  config.sharing = sharing;
  config.n_recursions = sharing == Sharing::none ? 1 : 3;
  config.routing = routing;
  config.resolve();
  return config;
}

/// The 360M base of the paper's table 6, vanilla.
inline ModelConfig paper_360m() {
  ModelConfig config;
  config.vocab_size = 49152;
  config.d_model = 960;
  config.n_heads = 15;
  config.n_kv_heads = 5;
  config.d_ff = 2560;
  config.max_seq_len = 2048;
  config.n_layers = 32;
  return config;
}

/// Every legal combination of sharing and routing, by name.
inline std::vector<std::pair<std::string, ModelConfig>> tiny_configs() {
  return {{"vanilla", tiny_config(Sharing::none, Routing::none)},
          {"recursive cycle", tiny_config(Sharing::cycle, Routing::none)},
          {"recursive middle_cycle", tiny_config(Sharing::middle_cycle, Routing::none)},
          {"expert choice cycle", tiny_config(Sharing::cycle, Routing::expert_choice)},
          {"expert choice middle_cycle", tiny_config(Sharing::middle_cycle, Routing::expert_choice)}};
}

/// A model whose weights are larger than at the start of training, so that routers and heads have opinions.
inline Model opinionated_model(const ModelConfig& config, uint64_t seed = 1, double factor = 12) {
  Model model(config, seed);
  for (Variable* parameter : model.parameters()) {
    if (parameter->value().rank() < 2) continue;
    Real* to = parameter->mutable_value().mutable_data();
    for (int64_t i = 0; i < parameter->value().count(); ++i) to[i] *= Real(factor);
  }
  return model;
}

inline std::vector<int32_t> random_tokens(int64_t count, int64_t vocab, uint64_t seed) {
  Random random(seed, 77);
  std::vector<int32_t> tokens;
  for (int64_t i = 0; i < count; ++i) tokens.push_back(int32_t(random.below(vocab)));
  return tokens;
}

inline IntTensor int_tensor(const std::vector<int32_t>& values) {
  return IntTensor({int64_t(values.size())}, values);
}

}  // namespace tinymor
