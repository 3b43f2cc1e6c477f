#include "mor/config.h"

#include <algorithm>
#include <cmath>

#include "mor/sharing.h"
#include "tensor/cited.h"
#include "tensor/error.h"

namespace tinymor {
namespace {

// Far beyond what anyone trains here, and small enough that no product of them overflows.
constexpr int64_t kMaxWidth = 1 << 16;
constexpr int64_t kMaxLayers = 512;
constexpr int64_t kMaxLength = 1 << 20;
constexpr int64_t kMaxExperts = 256;
constexpr double kMaxWeights = 4e9;

void require_range(const char* key, int64_t value, int64_t low, int64_t high) {
  check_input(value >= low && value <= high, "{}: {} is out of range (give {} to {})", key, value, low, high);
}

void require_positive(const char* key, double value) {
  check_input(std::isfinite(value) && value > 0, "{}: {} is out of range (give a number above 0)", key, value);
}

void require_not_negative(const char* key, double value) {
  check_input(std::isfinite(value) && value >= 0, "{}: {} is out of range (give 0 or more)", key, value);
}

/// The multiple of `unit` nearest to `value`, at least `unit`.
int64_t nearest_multiple(int64_t value, int64_t unit) {
  return std::max<int64_t>(1, (value + unit / 2) / unit) * unit;
}

void check_sizes(const ModelConfig& c) {
  require_range("model.vocab_size", c.vocab_size, 0, kMaxLength);
  require_range("model.d_model", c.d_model, 2, kMaxWidth);
  require_range("model.n_heads", c.n_heads, 1, c.d_model / 2);
  require_range("model.n_kv_heads", c.n_kv_heads, 1, c.n_heads);
  require_range("model.d_ff", c.d_ff, 1, kMaxWidth);
  require_range("model.n_layers", c.n_layers, 1, kMaxLayers);
  require_range("model.max_seq_len", c.max_seq_len, 2, kMaxLength);
  require_positive("model.rope_theta", c.rope_theta);
  require_positive("model.rms_eps", c.rms_eps);
  check_input(c.d_model % (2 * c.n_heads) == 0,
              "model.d_model: {} does not split into n_heads = {} heads of an even width, as rotary positions need "
              "(d_model must be a multiple of {}: {})",
              c.d_model, c.n_heads, 2 * c.n_heads, nearest_multiple(c.d_model, 2 * c.n_heads));
  check_input(c.n_heads % c.n_kv_heads == 0,
              "model.n_kv_heads: {} does not divide n_heads = {} (give a divisor of n_heads)", c.n_kv_heads, c.n_heads);
  const double d = static_cast<double>(c.d_model);
  require_range("model.lora_rank", c.lora_rank, 0, c.d_model);
  require_range("model.n_experts", c.n_experts, c.ffn == Ffn::experts ? 2 : 1, kMaxExperts);
  const double ff = static_cast<double>(c.d_ff), rank = static_cast<double>(c.lora_rank);
  const double weights = 2 * d * static_cast<double>(c.vocab_size) +
                         static_cast<double>(c.n_layers) *
                             (d * (4 * d + 3 * ff * static_cast<double>(c.mlps())) + rank * (11 * d + 3 * ff));
  check_input(weights <= kMaxWeights,
              "model.d_model: about {:.1f} billion weights are more than the {:.0f} billion allowed {}", weights / 1e9,
              kMaxWeights / 1e9, "(give a smaller d_model, d_ff, n_layers or vocabulary)");
}

/// The layers must divide into n parts under this sharing; `parts` says what they are.
void check_layers(const ModelConfig& c, Sharing sharing, int64_t n, const std::string& parts) {
  const bool middle = keeps_ends(sharing);
  const int64_t unique = middle ? 2 : 0, shared = c.n_layers - unique;
  const int64_t fewer = unique + n * std::max<int64_t>(1, shared / n);
  check_input(shared >= n && shared % n == 0, "model.n_layers: {}{} layers do not divide into {} ({} n_layers = {}{})",
              c.n_layers, middle ? " - 2" : "", parts,
              sharing == Sharing::none ? "give" : enum_name(sharing) + " needs", fewer,
              fewer + n <= kMaxLayers ? fmt::format(" or {}", fewer + n) : "");
}

/// Whether tokens may stop after a stage of layers that it does not share with the next: early exit, and dropping.
bool stops_after_stages(Routing routing) {
  return routing == Routing::exit_gate || routing == Routing::expert_choice;
}

void check_sharing(const ModelConfig& c) {
  require_range("model.n_recursions", c.n_recursions, 1, kMaxLayers);
  if (c.sharing == Sharing::none) {
    check_input(c.n_recursions == 1 || stops_after_stages(c.routing),
                "model.n_recursions: {} recursions without shared layers (give n_recursions = 1, or sharing = "
                "\"cycle\" or \"middle_cycle\", or routing = \"exit_gate\" or \"expert_choice\", after whose "
                "stages tokens stop early)",
                c.n_recursions);
    if (c.n_recursions > 1)
      check_layers(c, c.sharing, c.n_recursions, fmt::format("n_recursions = {} stages", c.n_recursions));
    return;
  }
  check_layers(c, c.sharing, c.n_recursions, fmt::format("n_recursions = {} passes through one block", c.n_recursions));
}

void check_relaxation(const ModelConfig& c) {
  const bool again = c.sharing != Sharing::none && c.n_recursions >= 2;
  const auto require_again = [&](bool asked, const char* key, const std::string& value, const char* off) {
    check_input(again || !asked,
                "model.{}: {} is for weights that are used again, but sharing is \"{}\" and n_recursions {} (give a "
                "sharing and n_recursions of 2 or more, or {} = {})",
                key, value, enum_name(c.sharing), c.n_recursions, key, off);
  };
  const std::string encoding = "\"" + enum_name(c.recursion_encoding) + "\"";
  require_again(c.recursion_encoding != RecursionEncoding::none, "recursion_encoding", encoding, "\"none\"");
  require_again(c.own_norms, "own_norms", "true", "false");
  require_again(c.lora_rank > 0, "lora_rank", fmt::format("{}", c.lora_rank), "0");
}

void check_experts(const ModelConfig& c) {
  if (c.ffn == Ffn::dense) return;
  require_range("model.experts_per_token", c.experts_per_token, 1, 2);
  require_not_negative("model.expert_capacity", c.expert_capacity);
  require_not_negative("model.expert_balance", c.expert_balance);
  check_input(c.lora_rank == 0,
              "model.lora_rank: {} is for layers with one MLP (give lora_rank = 0, or ffn = \"dense\")", c.lora_rank);
}

void check_capacity(const ModelConfig& c) {
  const std::vector<double>& capacity = c.router.capacity;
  check_input(static_cast<int64_t>(capacity.size()) == c.n_recursions,
              "router.capacity: {} values for n_recursions = {} (give one for each recursion, or leave the key out)",
              capacity.size(), c.n_recursions);
  for (size_t r = 0; r < capacity.size(); ++r) {
    check_input(capacity[r] > 0 && capacity[r] <= 1,
                "router.capacity: {} is out of range (give fractions above 0 and up to 1)", capacity[r]);
    check_input(
        r == 0 || capacity[r] <= capacity[r - 1],
        "router.capacity: {} after {} increases, but a recursion takes its tokens from those of the one before {}",
        capacity[r], capacity[r == 0 ? 0 : r - 1], "(give values that stay equal or fall)");
  }
}

/// A gate says go on or stop: what other routers do with their scores is not for it.
void check_exit_gate(const RouterConfig& router) {
  const auto require = [](bool ok, const char* key, const std::string& value, const char* legal) {
    check_input(ok, "router.{}: \"{}\" is for expert choice or token choice (routing = \"exit_gate\" has \"{}\")", key,
                value, legal);
  };
  require(router.function == RouterFunction::sigmoid, "function", enum_name(router.function), "sigmoid");
  require(router.sampling == RouterSampling::aux_loss, "sampling", enum_name(router.sampling), "aux_loss");
  require(router.balancing == RouterBalancing::loss, "balancing", enum_name(router.balancing), "loss");
  require(router.gating == RouterGating::weighted, "gating", enum_name(router.gating), "weighted");
  require(router.residual == RouterResidual::block, "residual", enum_name(router.residual), "block");
  require(!router.random, "random", "true", "false");
}

void check_routing(const ModelConfig& c) {
  if (c.routing == Routing::none) return;
  const RouterConfig& router = c.router;
  const bool token_choice = c.routing == Routing::token_choice;
  const bool stages = c.sharing == Sharing::none && stops_after_stages(c.routing);
  check_input(stages || c.sharing == Sharing::cycle || c.sharing == Sharing::middle_cycle,
              "model.routing: \"{}\" needs one block that all recursions share, which sharing = \"{}\" does not have "
              "(use sharing = "
              "\"cycle\" or \"middle_cycle\", or routing = \"none\")",
              enum_name(c.routing), enum_name(c.sharing));
  check_input(c.n_recursions >= 2,
              "model.routing: \"{}\" has nothing to choose with n_recursions = 1 (give n_recursions of 2 or more, or "
              "routing = \"none\")",
              enum_name(c.routing));
  require_positive("router.alpha", router.alpha);
  require_positive("router.temperature", router.temperature);
  require_range("router.capacity_warmup_steps", router.capacity_warmup_steps, 0, INT64_MAX / 2);
  require_not_negative("router.aux_coeff", router.aux_coeff);
  require_not_negative("router.z_coeff", router.z_coeff);
  require_not_negative("router.balance_coeff", router.balance_coeff);
  require_not_negative("router.bias_rate", router.bias_rate);
  require_not_negative("router.entropy_coeff", router.entropy_coeff);
  require_not_negative("router.exit_cost", router.exit_cost);
  if (c.routing == Routing::exit_gate) return check_exit_gate(router);
  const bool over_depths = router.function == RouterFunction::softmax;
  check_input(token_choice || !over_depths,
              "router.function: \"softmax\" compares depths, but expert choice scores one recursion at a time (use "
              "\"sigmoid\", \"tanh\" or \"identity\", or routing = \"token_choice\")");
  check_input(!token_choice || over_depths || router.function == RouterFunction::sigmoid,
              "router.function: \"{}\" is for expert choice (token choice has \"softmax\" and \"sigmoid\")",
              enum_name(router.function));
  check_input(
      !token_choice || router.sampling == RouterSampling::aux_loss,
      "router.sampling: \"aux_router\" is for expert choice (token choice is already causal: use \"aux_loss\")");
  check_input(token_choice || router.balancing == RouterBalancing::loss,
              "router.balancing: \"loss_free\" is for token choice (expert choice is already balanced: use \"loss\")");
  check_input(token_choice || router.gating != RouterGating::weighted_every,
              "router.gating: \"weighted_every\" is for token choice (use \"weighted\" or \"additive\")");
  if (!token_choice) check_capacity(c);
}

/// Layers with weights of their own that use the keys and values of others.
void check_kv_sharing(const ModelConfig& c) {
  require_range("model.kv_sharing_factor", c.kv_sharing_factor, 1, kMaxLayers);
  const std::string name = enum_name(c.kv_sharing);
  check_input(c.n_recursions == 1,
              "model.kv_sharing: \"{}\" is for layers in a line, and these are {} stages (give n_recursions = 1 and "
              "routing = \"none\", or kv_sharing = \"none\")",
              name, c.n_recursions);
  check_input(
      c.sharing == Sharing::none,
      "model.kv_sharing: \"{}\" is for layers with weights of their own, but sharing is \"{}\" (with kv_cache = "
      "\"shared\" layers that share weights share keys too: give kv_sharing = \"none\")",
      name, enum_name(c.sharing));
  check_input(c.kv_cache == KvStrategy::shared,
              "model.kv_sharing: \"{}\" needs kv_cache = \"shared\", not \"{}\" (or give kv_sharing = \"none\")", name,
              enum_name(c.kv_cache));
  check_input(c.kv_sharing_factor >= 2,
              "model.kv_sharing_factor: with {} no layer uses the keys of another (give 2 or more, or kv_sharing = "
              "\"none\")",
              c.kv_sharing_factor);
  check_layers(c, c.kv_sharing, c.kv_sharing_factor,
               fmt::format("groups of kv_sharing_factor = {} layers with the same keys", c.kv_sharing_factor));
}

void check_kv(const ModelConfig& c) {
  if (c.kv_sharing != Sharing::none) return check_kv_sharing(c);
  check_input(c.kv_sharing_factor == 1,
              "model.kv_sharing_factor: {} without a kv_sharing (give one with kv_cache = \"shared\", or leave the key "
              "out)",
              c.kv_sharing_factor);
  if (c.kv_cache == KvStrategy::recursion_wise) return;
  const std::string name = enum_name(c.kv_cache);
  check_input(c.n_recursions >= 2,
              "model.kv_cache: \"{}\" reuses what the first recursion cached, but n_recursions is 1 (use "
              "\"recursion_wise\", or give a kv_sharing and kv_sharing_factor)",
              name);
  check_input(c.sharing != Sharing::none,
              "model.kv_cache: \"{}\" is for recursions through one block, and these are stages of their own (use "
              "\"recursion_wise\")",
              name);
  check_input(c.kv_cache == KvStrategy::shared || c.routing == Routing::expert_choice,
              "model.kv_cache: \"hybrid\" is for expert choice (use \"shared\" or \"recursion_wise\")");
  check_input(
      c.routing != Routing::expert_choice || c.router.capacity[0] == 1,
      "model.kv_cache: \"{}\" needs the first recursion to see every token, but its capacity is {} (give 1 as the "
      "first value of router.capacity, or use \"recursion_wise\")",
      name, c.router.capacity.empty() ? 1.0 : c.router.capacity[0]);
}

void fill_in_defaults(ModelConfig& c) {
  if (c.n_kv_heads == 0) c.n_kv_heads = c.n_heads;
  if (c.routing == Routing::none) return;
  if (c.router.function == RouterFunction::by_routing)
    c.router.function = c.routing == Routing::token_choice ? RouterFunction::softmax : RouterFunction::sigmoid;
  const bool small = c.routing == Routing::expert_choice && c.router.function != RouterFunction::identity;
  if (c.router.alpha == -1) c.router.alpha = small ? 0.1 : 1.0;
  if (c.routing == Routing::expert_choice && c.router.capacity.empty()) {
    const int64_t n = std::min(c.n_recursions, kMaxLayers);
    for (int64_t r = 0; r < n; ++r) c.router.capacity.push_back(default_capacity(r, n));
  }
}

}  // namespace

template <>
std::vector<std::string> enum_names<Sharing>() {
  return {"none", "cycle", "sequence", "middle_cycle", "middle_sequence"};
}
template <>
std::vector<std::string> enum_names<Routing>() {
  return {"none", "expert_choice", "token_choice", "exit_gate"};
}
template <>
std::vector<std::string> enum_names<Ffn>() {
  return {"dense", "experts"};
}
template <>
std::vector<std::string> enum_names<KvStrategy>() {
  return {"recursion_wise", "shared", "hybrid"};
}
template <>
std::vector<std::string> enum_names<RecursionEncoding>() {
  return {"none", "add", "scale"};
}
template <>
std::vector<std::string> enum_names<RouterFunction>() {
  return {"sigmoid", "tanh", "identity", "softmax"};
}
template <>
std::vector<std::string> enum_names<RouterType>() {
  return {"linear", "mlp", "wide_mlp"};
}
template <>
std::vector<std::string> enum_names<RouterSampling>() {
  return {"aux_loss", "aux_router"};
}
template <>
std::vector<std::string> enum_names<RouterBalancing>() {
  return {"loss", "loss_free"};
}
template <>
std::vector<std::string> enum_names<RouterGating>() {
  return {"weighted", "additive", "weighted_every"};
}
template <>
std::vector<std::string> enum_names<RouterResidual>() {
  return {"block", "delta"};
}
template <>
std::vector<std::string> enum_names<ExitLoss>() {
  return {"expected", "gain"};
}

size_t index_of_name(const std::vector<std::string>& names, const std::string& name, const std::string& key) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<size_t>(found - names.begin());
  std::string legal;
  for (const std::string& each : names) legal += (legal.empty() ? "\"" : ", \"") + each + "\"";
  throw InputError(fmt::format("{}: there is no {} (use {})", key, cited(name), legal));
}

void ModelConfig::resolve() {
  fill_in_defaults(*this);
  check_sizes(*this);
  check_sharing(*this);
  check_relaxation(*this);
  check_experts(*this);
  check_routing(*this);
  check_kv(*this);
}

}  // namespace tinymor
