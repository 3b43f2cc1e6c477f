#pragma once
// Small models and texts that several tests use.

#include <functional>
#include <string>
#include <vector>

#include "mor/model.h"
#include "tensor/error.h"
#include "tensor/ops.h"
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
  const bool routed = routing != Routing::none;
  config.n_layers = sharing == Sharing::cycle || (sharing == Sharing::none && routed) ? 6 : 8;
  config.max_seq_len = 32;
  config.sharing = sharing;
  config.n_recursions = sharing == Sharing::none && !routed ? 1 : 3;
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

inline ModelConfig with_experts(ModelConfig config, int64_t per_token = 1) {
  config.ffn = Ffn::experts;
  config.n_experts = 3;
  config.experts_per_token = per_token;
  config.expert_balance = 0.3;
  return config;
}

/// One of each kind of model, by name.
inline std::vector<std::pair<std::string, ModelConfig>> tiny_configs() {
  return {{"vanilla", tiny_config(Sharing::none, Routing::none)},
          {"recursive cycle", tiny_config(Sharing::cycle, Routing::none)},
          {"recursive middle_cycle", tiny_config(Sharing::middle_cycle, Routing::none)},
          {"expert choice cycle", tiny_config(Sharing::cycle, Routing::expert_choice)},
          {"expert choice middle_cycle", tiny_config(Sharing::middle_cycle, Routing::expert_choice)},
          {"token choice middle_cycle", tiny_config(Sharing::middle_cycle, Routing::token_choice)},
          {"exit gate middle_cycle", tiny_config(Sharing::middle_cycle, Routing::exit_gate)},
          {"early exit", tiny_config(Sharing::none, Routing::exit_gate)},
          {"dropping", tiny_config(Sharing::none, Routing::expert_choice)},
          {"experts", with_experts(tiny_config(Sharing::none, Routing::none))},
          {"expert choice of a block with experts", with_experts(tiny_config())}};
}

/// What uses of the same weights have of their own, experts, and layers with the same keys: one change of a
/// configuration each.
inline std::vector<std::pair<std::string, std::function<void(ModelConfig&)>>> layer_variants() {
  std::vector<std::pair<std::string, std::function<void(ModelConfig&)>>> all{
      {"strict", [](ModelConfig&) {}},
      {"encoding_added", [](ModelConfig& c) { c.recursion_encoding = RecursionEncoding::add; }},
      {"encoding_scales", [](ModelConfig& c) { c.recursion_encoding = RecursionEncoding::scale; }},
      {"own_norms", [](ModelConfig& c) { c.own_norms = true; }},
      {"low_rank", [](ModelConfig& c) { c.lora_rank = 2; }},
      {"relaxed",
       [](ModelConfig& c) {
         c.recursion_encoding = RecursionEncoding::add;
         c.own_norms = true;
         c.lora_rank = 5;  // more than keys are wide
       }},
      {"experts", [](ModelConfig& c) { c = with_experts(c); }},
      {"pairs_of_experts", [](ModelConfig& c) { c = with_experts(c, 2); }}};
  for (Sharing keys : {Sharing::cycle, Sharing::sequence, Sharing::middle_cycle, Sharing::middle_sequence})
    all.emplace_back("keys_" + enum_name(keys), [keys](ModelConfig& c) {
      c.kv_sharing = keys;
      c.kv_sharing_factor = 3;
      if (keys == Sharing::cycle || keys == Sharing::sequence) c.n_layers = 6;
    });
  return all;
}

/// Calls `visit(name, config)` for every legal combination of sharing, routing, KV strategy and what changes a router's
/// numbers, and, where a router is as usual, every one of layer_variants. Nothing is listed by hand: all combinations
/// are made, and those that resolve() refuses are left out.
template <class Visit>
void for_each_combination(Visit visit) {
  struct Axis {
    std::vector<std::string> names;
    std::function<void(ModelConfig&, size_t)> set;
  };
  const auto axis = [](auto RouterConfig::*field) {
    using Enum = std::decay_t<decltype(std::declval<RouterConfig>().*field)>;
    return Axis{enum_names<Enum>(), [field](ModelConfig& c, size_t i) { c.router.*field = Enum(i); }};
  };
  const auto model_axis = [](auto ModelConfig::*field) {
    using Enum = std::decay_t<decltype(std::declval<ModelConfig>().*field)>;
    return Axis{enum_names<Enum>(), [field](ModelConfig& c, size_t i) { c.*field = Enum(i); }};
  };
  const std::vector<Axis> axes = {model_axis(&ModelConfig::sharing),
                                  model_axis(&ModelConfig::routing),
                                  model_axis(&ModelConfig::kv_cache),
                                  axis(&RouterConfig::type),
                                  axis(&RouterConfig::function),
                                  axis(&RouterConfig::sampling),
                                  axis(&RouterConfig::balancing),
                                  axis(&RouterConfig::gating),
                                  axis(&RouterConfig::residual),
                                  axis(&RouterConfig::exit_loss),
                                  {{"learned", "random"}, [](ModelConfig& c, size_t i) { c.router.random = i == 1; }}};
  size_t total = 1;
  for (const Axis& a : axes) total *= a.names.size();
  for (size_t i = 0; i < total; ++i) {
    ModelConfig config;
    config.vocab_size = 7;
    config.d_model = 8;
    config.n_heads = 2;
    config.n_kv_heads = 1;
    config.d_ff = 6;
    config.max_seq_len = 16;
    config.router.temperature = 1.5;
    config.router.alpha = 0.7;
    config.router.aux_coeff = 0.3;
    config.router.z_coeff = 0.2;
    std::string name;
    size_t rest = i;
    for (const Axis& a : axes) {
      a.set(config, rest % a.names.size());
      name += a.names[rest % a.names.size()] + " ";
      rest /= a.names.size();
    }
    const bool stages = config.sharing == Sharing::none && config.routing != Routing::none;
    config.n_recursions = config.sharing == Sharing::none && !stages ? 1 : 3;
    config.n_layers = config.sharing == Sharing::cycle || config.sharing == Sharing::sequence || stages ? 6 : 5;
    config.tie_embeddings = i % 2 == 0;
    // What a model without a (learned) router does not look at is one combination.
    const RouterConfig& r = config.router;
    const bool ignored = r.type != RouterType::linear || r.function != RouterFunction::sigmoid ||
                         r.sampling != RouterSampling::aux_loss || r.balancing != RouterBalancing::loss;
    const bool more = r.gating != RouterGating::weighted || r.residual != RouterResidual::block || r.random;
    if (config.routing == Routing::none && (ignored || more)) continue;
    if (r.random && ignored) continue;
    if (config.routing != Routing::exit_gate && r.exit_loss != ExitLoss::gain) continue;
    for (const auto& [word, change] : layer_variants()) {
      if ((ignored || more) && word != "strict") break;
      ModelConfig changed = config;
      change(changed);
      try {
        changed.resolve();
      } catch (const InputError&) {
        continue;
      }
      visit(name + word + " ", changed);
    }
  }
}

/// Makes the weights larger than at the start of training, so that routers and heads have opinions, and those that uses
/// of the same weights have of their own different.
inline void give_opinions(Module& module, double factor = 12) {
  Random random(4, 2);
  for (Variable* parameter : module.parameters()) {
    if (parameter->rank() > 1) parameter->mutable_value().copy_from(parameter->value() * Tensor(Real(factor)));
    const bool own = parameter->name().find("relaxations.") != std::string::npos;
    if (own && !parameter->name().ends_with("lora_A.weight"))
      parameter->mutable_value().copy_from(parameter->value() + random_normal(parameter->shape(), random, 0.3));
  }
}

inline Model opinionated_model(const ModelConfig& config, uint64_t seed = 1, double factor = 12) {
  Model model(config, seed);
  give_opinions(model, factor);
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
