#include "mor/layers.h"

namespace tinymor {

DecoderLayer::DecoderLayer(const ModelConfig& config, bool computes_keys) : experts(config) {
  const int64_t d = config.d_model, q = config.n_heads * config.d_head(), kv = config.n_kv_heads * config.d_head();
  const auto zeros = [](int64_t out, int64_t in) { return Variable::parameter(Tensor::zeros({out, in})); };
  input_layernorm = Variable::parameter(Tensor::ones(Shape{d}));
  q_proj = zeros(q, d);
  if (computes_keys) {
    k_proj = zeros(kv, d);
    v_proj = zeros(kv, d);
  }
  o_proj = zeros(d, q);
  post_attention_layernorm = Variable::parameter(Tensor::ones(Shape{d}));
  if (config.ffn == Ffn::experts) return;
  gate_proj = zeros(config.d_ff, d);
  up_proj = zeros(config.d_ff, d);
  down_proj = zeros(d, config.d_ff);
}

Variable DecoderLayer::forward(const Variable& input, const LayerContext& context) const {
  const ModelConfig& config = context.config;
  const Relaxed& relaxed = context.relaxed;
  const Real eps = Real(config.rms_eps);

  const Variable x = relaxed.enter(input);
  const Variable n = relaxed.norm(x, input_layernorm, &Relaxation::input_layernorm, eps);
  const Variable q = rope(relaxed.linear(n, q_proj, &Relaxation::q_proj), context.rows.positions, context.rope);
  if (context.kv.computes_keys(context.layer)) {
    const Variable k = rope(relaxed.linear(n, k_proj, &Relaxation::k_proj), context.rows.positions, context.rope);
    context.kv.append(context.layer, context.rows, k, relaxed.linear(n, v_proj, &Relaxation::v_proj));
  }
  if (context.probe) context.probe->on_attention(context.layer, context.rows, q.value(), context.kv);
  const Variable mixed = context.kv.attend(context.layer, context.rows, q);
  const Variable h = x + relaxed.linear(mixed, o_proj, &Relaxation::o_proj);

  const Variable m = relaxed.norm(h, post_attention_layernorm, &Relaxation::post_attention_layernorm, eps);
  if (config.ffn == Ffn::experts) {
    const Experts::Choice choice = experts.choose(m, config);
    if (context.probe) context.probe->on_experts(context.layer, context.rows, choice.p.value(), choice.chosen);
    return relaxed.leave(h + experts.forward(m, choice, config, context.gates));
  }
  const Variable inner =
      swiglu(relaxed.linear(m, gate_proj, &Relaxation::gate_proj), relaxed.linear(m, up_proj, &Relaxation::up_proj));
  return relaxed.leave(h + relaxed.linear(inner, down_proj, &Relaxation::down_proj));
}

void DecoderLayer::members(Members& m) {
  m("input_layernorm.weight", input_layernorm);
  m("self_attn.q_proj.weight", q_proj);
  m("self_attn.k_proj.weight", k_proj);
  m("self_attn.v_proj.weight", v_proj);
  m("self_attn.o_proj.weight", o_proj);
  m("post_attention_layernorm.weight", post_attention_layernorm);
  m("mlp.gate_proj.weight", gate_proj);
  m("mlp.up_proj.weight", up_proj);
  m("mlp.down_proj.weight", down_proj);
  m("mlp", experts);
}

}  // namespace tinymor
