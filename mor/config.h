#pragma once
// Everything that fixes a model's shape and behaviour: the [model] and [router] tables of a configuration file, and the
// metadata of a checkpoint. The paper's names are used throughout; section numbers are those of arXiv 2507.10524.

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tinymor {

/// Which layers share weights (paper 2.1). L = n_layers, N = n_recursions, b = layers of the shared block.
enum class Sharing { none, cycle, sequence, middle_cycle, middle_sequence };
/// Who decides how often a token recurs (paper 2.2.1).
enum class Routing { none, expert_choice, token_choice, exit_gate };
/// What follows attention in a layer: one MLP, or several of which each token takes some (mor/experts.h).
enum class Ffn { dense, experts };
/// What a deeper recursion attends to (paper 2.2.2).
enum class KvStrategy { recursion_wise, shared, hybrid };
/// What a vector of its own does in each recursion: added to the states that enter the block, it starts as 0;
/// multiplied with those that leave it, as in the paper's code, as 1.
enum class RecursionEncoding { none, add, scale };
/// How the router's logit becomes a gate.
enum class RouterFunction { sigmoid, tanh, identity, softmax, by_routing };
enum class RouterType { linear, mlp, wide_mlp };
enum class RouterSampling { aux_loss, aux_router };
enum class RouterBalancing { loss, loss_free };
/// Whether the block's output is weighted by the gate; under token choice only after the last recursion, or after every
/// one (Eq. 2.2).
enum class RouterGating { weighted, additive, weighted_every };
/// Whether what is added is the block's output, which contains its input, or only the change.
enum class RouterResidual { block, delta };
/// What exit gates learn from: the expected loss over all recursions, or what going on gained (mor/exit_gate.h).
enum class ExitLoss { expected, gain };

/// The share of the tokens that recursion r of n, from 0, takes unless told otherwise: (N-r+1)/N for r = 1..N (2.2.1).
inline double default_capacity(int64_t r, int64_t n) {
  return double(n - r) / double(n);
}

struct RouterConfig {
  RouterType type = RouterType::linear;
  /// by_routing: not set; becomes sigmoid under expert choice and softmax under token choice.
  RouterFunction function = RouterFunction::by_routing;
  /// Scale of the gate; negative: not set; becomes 0.1 under expert choice, and 1 under token choice or for the
  /// identity.
  double alpha = -1;
  double temperature = 1;
  /// Fraction of the sequence that enters each recursion; empty: default_capacity.
  std::vector<double> capacity;
  /// Forward passes over which the capacities fall to their values, or, under token choice, all tokens take every
  /// recursion and the bias stays 0.
  int64_t capacity_warmup_steps = 0;
  RouterSampling sampling = RouterSampling::aux_loss;
  double aux_coeff = 0.001;  ///< Of the auxiliary loss; an auxiliary router's own is not scaled.
  double z_coeff = 0;
  RouterBalancing balancing = RouterBalancing::loss;
  double balance_coeff = 0.1;
  double bias_rate = 0.001;
  RouterGating gating = RouterGating::weighted;
  RouterResidual residual = RouterResidual::block;
  ExitLoss exit_loss = ExitLoss::gain;
  double entropy_coeff = 0.05;  ///< Of the entropy of where a token stops, under `expected`.
  double exit_cost = 0.02;      ///< Of a recursion, in nats, under `gain`.
  bool random = false;

  bool operator==(const RouterConfig&) const = default;
};

struct ModelConfig {
  int64_t vocab_size = 0;  ///< Set from the tokenizer.
  int64_t d_model = 128;
  int64_t n_heads = 4;
  int64_t n_kv_heads = 0;  ///< 0: as many as n_heads.
  int64_t d_ff = 344;
  int64_t n_layers = 8;  ///< Effective depth: layers of the unrolled model.
  int64_t max_seq_len = 128;
  double rope_theta = 10000;
  double rms_eps = 1e-5;
  bool tie_embeddings = true;
  Sharing sharing = Sharing::none;
  int64_t n_recursions = 1;
  Routing routing = Routing::none;
  KvStrategy kv_cache = KvStrategy::recursion_wise;
  /// Where layers share no weights and kv_cache is shared: which of them attend to the keys and values of an earlier
  /// one, as under that sharing they would use its weights; and how many layers use the same.
  Sharing kv_sharing = Sharing::none;
  int64_t kv_sharing_factor = 1;
  Ffn ffn = Ffn::dense;
  int64_t n_experts = 4;          ///< Of each layer, where ffn says so; d_ff is the width of each.
  int64_t experts_per_token = 1;  ///< 1 or 2.
  double expert_capacity = 0;     ///< Rows that an expert takes at most in training, in equal shares; 0: any number.
  double expert_balance = 0.01;   ///< Coefficient of GateLosses::balance, per layer.
  // What each use of shared weights has of its own (mor/relaxation.h).
  RecursionEncoding recursion_encoding = RecursionEncoding::none;
  bool own_norms = false;
  int64_t lora_rank = 0;  ///< Of what is added to every matrix; 0: nothing is.
  RouterConfig router;

  int64_t d_head() const { return d_model / n_heads; }
  /// Width of a router's hidden layer (paper App. G.1); 0 where it has none.
  int64_t router_hidden() const {
    if (router.type == RouterType::linear) return 0;
    return router.type == RouterType::mlp ? 2 * d_model : 4 * d_model;
  }
  /// Whether uses of the same weights differ.
  bool is_relaxed() const { return recursion_encoding != RecursionEncoding::none || own_norms || lora_rank > 0; }
  /// MLPs in a layer, and those that a token goes through.
  int64_t mlps() const { return ffn == Ffn::experts ? n_experts : 1; }
  int64_t mlps_per_token() const { return ffn == Ffn::experts ? experts_per_token : 1; }
  bool operator==(const ModelConfig&) const = default;

  /// Fills in what was left to its default (n_kv_heads, function, alpha, capacity) and throws InputError, saying what
  /// would be legal, when the combination is not.
  void resolve();
};

/// Calls `field("name", value)` for every key of the [model] table, in the order of the documentation. One list serves
/// parsing, printing and metadata.
template <class Config, class Field>
void for_each_model_field(Config& c, Field&& field) {
  field("d_model", c.d_model);
  field("n_heads", c.n_heads);
  field("n_kv_heads", c.n_kv_heads);
  field("d_ff", c.d_ff);
  field("n_layers", c.n_layers);
  field("max_seq_len", c.max_seq_len);
  field("rope_theta", c.rope_theta);
  field("rms_eps", c.rms_eps);
  field("tie_embeddings", c.tie_embeddings);
  field("sharing", c.sharing);
  field("n_recursions", c.n_recursions);
  field("routing", c.routing);
  field("kv_cache", c.kv_cache);
  field("kv_sharing", c.kv_sharing);
  field("kv_sharing_factor", c.kv_sharing_factor);
  field("recursion_encoding", c.recursion_encoding);
  field("own_norms", c.own_norms);
  field("lora_rank", c.lora_rank);
  field("ffn", c.ffn);
  field("n_experts", c.n_experts);
  field("experts_per_token", c.experts_per_token);
  field("expert_capacity", c.expert_capacity);
  field("expert_balance", c.expert_balance);
}

/// The same for the [router] table.
template <class Config, class Field>
void for_each_router_field(Config& c, Field&& field) {
  field("type", c.type);
  field("function", c.function);
  field("alpha", c.alpha);
  field("temperature", c.temperature);
  field("capacity", c.capacity);
  field("capacity_warmup_steps", c.capacity_warmup_steps);
  field("sampling", c.sampling);
  field("aux_coeff", c.aux_coeff);
  field("z_coeff", c.z_coeff);
  field("balancing", c.balancing);
  field("balance_coeff", c.balance_coeff);
  field("bias_rate", c.bias_rate);
  field("gating", c.gating);
  field("residual", c.residual);
  field("exit_loss", c.exit_loss);
  field("entropy_coeff", c.entropy_coeff);
  field("exit_cost", c.exit_cost);
  field("random", c.random);
}

/// Whether a field holds no value of its own yet, so that files leave it out: resolve() will fill it in.
template <class Value>
bool is_unset(std::string_view key, const Value& value) {
  if constexpr (std::is_same_v<Value, std::vector<double>>) return value.empty();
  if constexpr (std::is_same_v<Value, int64_t>) return key == "n_kv_heads" && value == 0;
  if constexpr (std::is_same_v<Value, double>) return key == "alpha" && value < 0;
  if constexpr (std::is_same_v<Value, RouterFunction>) return value == RouterFunction::by_routing;
  return false;
}

/// The names of an enum's values in the order of its declaration: {"none", "cycle", ...}. One specialisation per enum.
template <class Enum>
std::vector<std::string> enum_names();
template <>
std::vector<std::string> enum_names<Sharing>();
template <>
std::vector<std::string> enum_names<Routing>();
template <>
std::vector<std::string> enum_names<Ffn>();
template <>
std::vector<std::string> enum_names<KvStrategy>();
template <>
std::vector<std::string> enum_names<RecursionEncoding>();
template <>
std::vector<std::string> enum_names<RouterFunction>();
template <>
std::vector<std::string> enum_names<RouterType>();
template <>
std::vector<std::string> enum_names<RouterSampling>();
template <>
std::vector<std::string> enum_names<RouterBalancing>();
template <>
std::vector<std::string> enum_names<RouterGating>();
template <>
std::vector<std::string> enum_names<RouterResidual>();
template <>
std::vector<std::string> enum_names<ExitLoss>();

/// "middle_cycle" for Sharing::middle_cycle.
template <class Enum>
std::string enum_name(Enum value) {
  return enum_names<Enum>().at(static_cast<size_t>(value));
}

/// The place of `name` in `names`. Throws InputError, naming `key` and listing the names, when it is not there.
size_t index_of_name(const std::vector<std::string>& names, const std::string& name, const std::string& key);

/// The value of that name. Throws InputError, naming `key` and listing the legal names, when there is none.
template <class Enum>
Enum enum_value(const std::string& name, const std::string& key) {
  return static_cast<Enum>(index_of_name(enum_names<Enum>(), name, key));
}

/// The configuration as the one flat JSON object of a checkpoint's metadata, and back. Reading throws InputError on
/// anything of the wrong type, illegal, or without vocab_size; the text may come from a hostile file. Keys that are
/// missing have their defaults; unknown ones are ignored, but for those of Hugging Face that would change the logits.
/// The result is resolved.
std::string config_to_json(const ModelConfig& config);
ModelConfig config_from_json(const std::string& text);

}  // namespace tinymor
