#include "mor/layers.h"

namespace tinymor {

Variable DecoderLayer::forward(const Variable& x, const LayerContext& context) const {
  const ModelConfig& config = context.config;
  const Real eps = Real(config.rms_eps);

  const Variable n = rms_norm(x, input_layernorm, eps);
  const Variable q = rope(linear(n, q_proj), context.rows.positions, context.rope);
  const Variable k = rope(linear(n, k_proj), context.rows.positions, context.rope);
  const Variable v = linear(n, v_proj);
  const KvView kv =
      context.cache ? context.cache->append(context.layer, context.rows, k, v) : own_keys(context.rows, k, v);
  const Variable mixed = attention(q, kv.keys, kv.values, kv.plan, config.n_heads, config.n_kv_heads);
  const Variable h = x + linear(mixed, o_proj);

  const Variable m = rms_norm(h, post_attention_layernorm, eps);
  return h + linear(swiglu(linear(m, gate_proj), linear(m, up_proj)), down_proj);
}

void DecoderLayer::for_each_weight(const ModelConfig& config,
                                   const std::function<void(const char*, Variable&, const Shape&)>& visit) {
  const int64_t d = config.d_model, q = config.n_heads * config.d_head(), kv = config.n_kv_heads * config.d_head();
  visit("input_layernorm.weight", input_layernorm, {d});
  visit("self_attn.q_proj.weight", q_proj, {q, d});
  visit("self_attn.k_proj.weight", k_proj, {kv, d});
  visit("self_attn.v_proj.weight", v_proj, {kv, d});
  visit("self_attn.o_proj.weight", o_proj, {d, q});
  visit("post_attention_layernorm.weight", post_attention_layernorm, {d});
  visit("mlp.gate_proj.weight", gate_proj, {config.d_ff, d});
  visit("mlp.up_proj.weight", up_proj, {config.d_ff, d});
  visit("mlp.down_proj.weight", down_proj, {d, config.d_ff});
}

}  // namespace tinymor
