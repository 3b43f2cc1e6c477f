#include "mor/relaxation.h"

#include <algorithm>

#include "mor/kv_store.h"

namespace tinymor {
namespace {

/// Where the encoding of a recursion goes, that is of a run through the block, or, where each layer is repeated by
/// itself, of each of its uses.
struct Ends {
  bool first, last;
};
Ends ends_of(const LayerMap& map, int64_t layer) {
  if (map.recursions == 1) return {true, true};
  const int64_t j = (layer - map.prelude) % map.block;
  return {j == 0, j == map.block - 1};
}

/// f(own, x) of each part's rows, one after the other; null when no part `has` anything.
template <class Has, class Function>
Variable by_part(std::span<const RelaxedRows> parts, const Variable& x, Has has, Function f) {
  if (std::none_of(parts.begin(), parts.end(), [&](const RelaxedRows& part) { return has(*part.own); })) return {};
  if (parts.size() == 1) return f(*parts[0].own, x);
  std::vector<Variable> made;
  for (const RelaxedRows& part : parts)
    if (part.begin < part.end) made.push_back(f(*part.own, slice(x, 0, part.begin, part.end)));
  return concat(made, 0);
}

}  // namespace

void LowRank::members(Members& m) {
  m("lora_A.weight", a);
  m("lora_B.weight", b);
}

void Relaxation::members(Members& m) {
  m("entry_encoding", entry_encoding);
  m("exit_encoding", exit_encoding);
  m("input_layernorm.weight", input_layernorm);
  m("self_attn.q_proj", q_proj);
  m("self_attn.k_proj", k_proj);
  m("self_attn.v_proj", v_proj);
  m("self_attn.o_proj", o_proj);
  m("post_attention_layernorm.weight", post_attention_layernorm);
  m("mlp.gate_proj", gate_proj);
  m("mlp.up_proj", up_proj);
  m("mlp.down_proj", down_proj);
}

std::vector<Relaxation> relaxations(const ModelConfig& config) {
  if (!config.is_relaxed()) return {};
  const LayerMap map = layer_map(config);
  const KeyMap keys(config);
  const auto ones = [&] { return Variable::parameter(Tensor::ones(Shape{config.d_model})); };
  std::vector<Relaxation> all(size_t(config.n_layers));
  for (int64_t l = 0; l < config.n_layers; ++l) {
    if (!map.is_shared(l)) continue;
    Relaxation& own = all[size_t(l)];
    const Ends ends = ends_of(map, l);
    if (config.recursion_encoding == RecursionEncoding::add && ends.first)
      own.entry_encoding = Variable::parameter(Tensor::zeros(Shape{config.d_model}));
    if (config.recursion_encoding == RecursionEncoding::scale && ends.last) own.exit_encoding = ones();
    if (config.own_norms && map.first[l] != l) {
      own.input_layernorm = ones();
      own.post_attention_layernorm = ones();
    }
    if (config.lora_rank == 0) continue;
    for (const auto& [term, out, in, rank] : low_rank_shapes(config, keys.computes_keys(l))) {
      (own.*term).a = Variable::parameter(Tensor::zeros({rank, in}));
      (own.*term).b = Variable::parameter(Tensor::zeros({out, rank}));
    }
  }
  return all;
}

std::vector<LowRankShape> low_rank_shapes(const ModelConfig& config, bool computes_keys) {
  const int64_t d = config.d_model, q = config.n_heads * config.d_head(), kv = config.n_kv_heads * config.d_head();
  std::vector<LowRankShape> all;
  const auto add = [&](LowRank Relaxation::*term, int64_t out, int64_t in) {
    all.push_back({term, out, in, std::min({config.lora_rank, out, in})});
  };
  add(&Relaxation::q_proj, q, d);
  if (computes_keys) {
    add(&Relaxation::k_proj, kv, d);
    add(&Relaxation::v_proj, kv, d);
  }
  add(&Relaxation::o_proj, d, q);
  add(&Relaxation::gate_proj, config.d_ff, d);
  add(&Relaxation::up_proj, config.d_ff, d);
  add(&Relaxation::down_proj, d, config.d_ff);
  return all;
}

int64_t low_rank_numbers(const ModelConfig& config, bool computes_keys) {
  int64_t numbers = 0;
  for (const LowRankShape& s : low_rank_shapes(config, computes_keys)) numbers += s.rank * (s.out + s.in);
  return numbers;
}

Variable Relaxed::norm(const Variable& x, const Variable& shared, Variable Relaxation::*own, Real eps) const {
  const Variable made = by_part(
      parts, x, [&](const Relaxation& r) { return (r.*own).defined(); },
      [&](const Relaxation& r, const Variable& rows) {
        return rms_norm(rows, (r.*own).defined() ? r.*own : shared, eps);
      });
  return made.defined() ? made : rms_norm(x, shared, eps);
}

Variable Relaxed::linear(const Variable& x, const Variable& weight, LowRank Relaxation::*own) const {
  const Variable y = tinymor::linear(x, weight);
  const Variable change = by_part(
      parts, x, [&](const Relaxation& r) { return (r.*own).a.defined(); },
      [&](const Relaxation& r, const Variable& rows) {
        const LowRank& term = r.*own;
        if (!term.a.defined()) return Variable(Tensor::zeros({rows.dim(0), weight.dim(0)}));
        return tinymor::linear(tinymor::linear(rows, term.a), term.b);
      });
  return change.defined() ? y + change : y;
}

Variable Relaxed::enter(const Variable& x) const {
  const Variable made = by_part(
      parts, x, [](const Relaxation& r) { return r.entry_encoding.defined(); },
      [](const Relaxation& r, const Variable& rows) { return rows + r.entry_encoding; });
  return made.defined() ? made : x;
}

Variable Relaxed::leave(const Variable& x) const {
  const Variable made = by_part(
      parts, x, [](const Relaxation& r) { return r.exit_encoding.defined(); },
      [](const Relaxation& r, const Variable& rows) { return rows * r.exit_encoding; });
  return made.defined() ? made : x;
}

}  // namespace tinymor
