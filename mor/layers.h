#pragma once
// The Llama decoder layer (paper 2.1; Touvron et al. 2023), written once for training, evaluation and cached decoding:
//
//   x += o_proj(attention(rope(q_proj(n)), rope(k_proj(n)), v_proj(n)))   with n = rms_norm(x)
//   x += down_proj(silu(gate_proj(m)) * up_proj(m))                       with m = rms_norm(x)
//
// or, in the place of the second line, experts (mor/experts.h). Where layers share weights, each use can have something
// of its own (mor/relaxation.h).

#include <cstdint>

#include "autograd/module.h"
#include "autograd/ops.h"
#include "mor/experts.h"
#include "mor/kv_store.h"
#include "mor/probe.h"
#include "mor/relaxation.h"

namespace tinymor {

/// Where the rows of a call come from and what they attend to.
struct LayerContext {
  const ModelConfig& config;
  const RopeTable& rope;
  const Rows& rows;
  int64_t layer;  ///< effective layer
  KvStore& kv;    ///< takes the keys and values that are computed, and gives those that are attended to
  Probe* probe = nullptr;
  GateLosses* gates = nullptr;
  Relaxed relaxed = {};  ///< what the rows have of their own
};

struct DecoderLayer : Module {
  Variable input_layernorm, post_attention_layernorm;  ///< [d]
  Variable q_proj, k_proj, v_proj, o_proj;             ///< [H*D,d], [G*D,d], [G*D,d], [d,H*D]; no keys: no k and v
  Variable gate_proj, up_proj, down_proj;              ///< [d_ff,d], [d_ff,d], [d,d_ff]; with experts none
  Experts experts;

  /// Weights of the shapes that `config` gives them, all 0 but the norms, which are 1. A layer that computes no keys of
  /// its own in any use has no k_proj and v_proj.
  explicit DecoderLayer(const ModelConfig& config, bool computes_keys = true);
  /// input [R,d] -> [R,d]
  Variable forward(const Variable& input, const LayerContext& context) const;
  /// The names of a Hugging Face Llama checkpoint.
  void members(Members& m) override;
};

}  // namespace tinymor
