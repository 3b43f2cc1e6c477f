#include "mor/uptrain.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "mor/llama_config.h"
#include "tensor/error.h"
#include "tensor/ops.h"
#include "tensor/random.h"
#include "tensor/svd.h"

namespace tinymor {
namespace {

using State = std::map<std::string, Tensor>;

void check_vanilla(const Model& model) {
  const ModelConfig& config = model.config();
  const auto refuse = [](bool bad, const char* key, const std::string& value) {
    check_input(!bad,
                "model.{}: the source model has \"{}\", but uptraining starts from a vanilla one (give a model {}", key,
                value, "trained with sharing = \"none\" and routing = \"none\")");
  };
  refuse(config.routing != Routing::none, "routing", enum_name(config.routing));
  refuse(model.layers().unique != config.n_layers, "sharing", enum_name(config.sharing));
  check_input(config.kv_sharing == Sharing::none,
              "model.kv_sharing: the source model has \"{}\", so that some of its layers have no keys to start from "
              "(give a model trained with kv_sharing = \"none\")",
              enum_name(config.kv_sharing));
}

/// Everything that gives the weights their shapes and their meaning must be equal; no weight depends on max_seq_len.
void check_sizes(const ModelConfig& source, const ModelConfig& target) {
  const auto same = [](const char* key, auto from, auto to) {
    check_input(from == to, "model.{}: {} is not the source model's {} (leave the key out, or give {})", key, to, from,
                from);
  };
  same("vocab_size", source.vocab_size, target.vocab_size);
  same("d_model", source.d_model, target.d_model);
  same("n_heads", source.n_heads, target.n_heads);
  same("n_kv_heads", source.n_kv_heads, target.n_kv_heads);
  same("d_ff", source.d_ff, target.d_ff);
  same("ffn", enum_name(source.ffn), enum_name(target.ffn));
  same("n_experts", source.mlps(), target.mlps());
  if (!is_vanilla(target) || target.n_layers > source.n_layers) same("n_layers", source.n_layers, target.n_layers);
  same("rope_theta", source.rope_theta, target.rope_theta);
  same("rms_eps", source.rms_eps, target.rms_eps);
  same("tie_embeddings", source.tie_embeddings, target.tie_embeddings);
}

/// The number of layers is the source model's: only the recursions can give way.
void check_recursions(const ModelConfig& target) {
  const bool middle = keeps_ends(target.sharing);
  const int64_t n = target.n_recursions, shared = target.n_layers - (middle ? 2 : 0);
  if (target.sharing == Sharing::none || n < 1 || shared < 1 || shared % n == 0) return;
  std::vector<int64_t> legal;
  for (int64_t each = 2; each <= shared; ++each)
    if (shared % each == 0) legal.push_back(each);
  throw InputError(fmt::format("model.n_recursions: {} does not divide the {}{} layers of the source model (give {})",
                               n, shared, middle ? " inner" : "", fmt::join(legal, ", ")));
}

/// `count` different numbers of low..high, each choice equally likely, in their order (selection sampling).
std::vector<int64_t> random_layers(int64_t low, int64_t high, int64_t count, uint64_t seed) {
  // The last stream of the initialisation; the first ones draw the parameters.
  Random random(seed, stream_of(Stream::init, UINT32_MAX));
  std::vector<int64_t> chosen;
  for (int64_t l = low; l <= high; ++l)
    if (random.below(high - l + 1) < count - int64_t(chosen.size())) chosen.push_back(l);
  return chosen;
}

/// The vanilla layer of each of the `sets` shared sets, out of low..high.
std::vector<int64_t> single_layers(SharedInit init, int64_t low, int64_t high, int64_t sets, uint64_t seed) {
  if (init == SharedInit::random) return random_layers(low, high, sets, seed);
  std::vector<int64_t> layers;
  for (int64_t i = 0; i < sets; ++i) {
    // nearbyint rounds halves to even; a half is exact here, so nothing but a half is taken for one.
    const double even = double(i * (high - low)) / double(std::max<int64_t>(1, sets - 1));
    if (init == SharedInit::stepwise) layers.push_back(int64_t(std::nearbyint(double(low) + even)));
    if (init == SharedInit::lower) layers.push_back(low + i);
    if (init == SharedInit::upper) layers.push_back(high - sets + 1 + i);
  }
  return layers;
}

/// Sets the weights of layer `to` to the mean of the layers `from` of `source`.
void set_layer(State& target, int64_t to, const State& source, const std::vector<int64_t>& from) {
  const auto prefix = [](int64_t layer) { return fmt::format("model.layers.{}.", layer); };
  const std::string own = prefix(to);
  for (auto it = target.lower_bound(own); it != target.end() && it->first.starts_with(own); ++it) {
    const auto weights_of = [&](int64_t l) { return source.at(prefix(l) + it->first.substr(own.size())); };
    Tensor sum = weights_of(from[0]);
    for (size_t i = 1; i < from.size(); ++i) sum = sum + weights_of(from[i]);
    it->second.copy_from(sum / from.size());
  }
}

/// What each use of the shared weights has of its own: the norms of the layer that it replaces, and of each of that
/// layer's matrices the part of rank r that comes nearest to what the shared one misses.
void set_own(State& target, const ModelConfig& config, const State& source) {
  const LayerMap map = layer_map(config);
  for (int64_t l = 0; l < config.n_layers; ++l) {
    if (!map.is_shared(l)) continue;
    const std::string original = fmt::format("model.layers.{}.", l), own = fmt::format("model.relaxations.{}.", l),
                      shared = fmt::format("model.layers.{}.", map.weights[l]);
    if (config.own_norms)
      for (const char* norm : {"input_layernorm.weight", "post_attention_layernorm.weight"})
        target.at((map.first[l] == l ? shared : own) + norm).copy_from(source.at(original + norm));
    for (auto it = target.lower_bound(own); it != target.end() && it->first.starts_with(own); ++it) {
      const std::string a = "lora_A.weight", stem = it->first.substr(0, it->first.size() - a.size());
      if (!it->first.ends_with(a)) continue;
      const std::string matrix = stem.substr(own.size()) + "weight";
      const Tensor missing = source.at(original + matrix) - target.at(shared + matrix);
      check_input(all_finite(missing), "{}{}: has numbers that are infinite or none (use another copy of the model)",
                  original, matrix);
      const auto [left, right] = truncated_svd(missing, it->second.dim(0));
      it->second.copy_from(right);
      target.at(stem + "lora_B.weight").copy_from(left);
    }
  }
}

}  // namespace

template <>
std::vector<std::string> enum_names<SharedInit>() {
  return {"stepwise", "average", "lower", "upper", "random"};
}

std::vector<std::vector<int64_t>> source_layers(const ModelConfig& target, int64_t layers, SharedInit init,
                                                uint64_t seed) {
  const LayerMap map = layer_map(target);
  std::vector<std::vector<int64_t>> sources(map.unique);
  for (int64_t l = 0; l < target.n_layers; ++l) sources[map.weights[l]].push_back(l);
  if (init == SharedInit::average) {
    check_input(target.n_layers == layers,
                "--init average: makes shared layers only, and {} of {} layers are not shared (choose another)",
                target.n_layers, layers);
    return sources;
  }
  const int64_t sets = map.unique - map.prelude - map.coda;
  const auto chosen = single_layers(init, map.prelude, layers - 1 - map.coda, sets, seed);
  for (int64_t i = 0; i < sets; ++i) sources[map.prelude + i] = {chosen[i]};
  return sources;
}

Model uptrained(const Model& vanilla, ModelConfig target, SharedInit init, uint64_t seed) {
  check_vanilla(vanilla);
  if (target.n_layers == vanilla.config().n_layers) check_recursions(target);
  target.resolve();
  check_sizes(vanilla.config(), target);
  Model model(target, seed);
  const State source = vanilla.state_dict();
  State own = model.state_dict();  // shares its numbers with the model
  for (const char* whole : {"model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"})
    if (own.count(whole) > 0) own.at(whole).copy_from(source.at(whole));
  const auto layers = source_layers(target, vanilla.config().n_layers, init, seed);
  for (size_t p = 0; p < layers.size(); ++p) set_layer(own, int64_t(p), source, layers[p]);
  set_own(own, target, source);
  return model;
}

}  // namespace tinymor
