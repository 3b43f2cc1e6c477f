#pragma once
// The Llama decoder layer (paper 2.1; Touvron et al. 2023), written once for training, evaluation and cached decoding:
//
//   x += o_proj(attention(rope(q_proj(n)), rope(k_proj(n)), v_proj(n)))   with n = rms_norm(x)
//   x += down_proj(silu(gate_proj(m)) * up_proj(m))                       with m = rms_norm(x)

#include <cstdint>
#include <functional>

#include "autograd/ops.h"
#include "mor/kv_cache.h"

namespace tinymor {

/// Where the rows of a call come from and what they attend to.
struct LayerContext {
  const ModelConfig& config;
  const RopeTable& rope;
  const Rows& rows;
  int64_t layer;   ///< effective layer, which is also the cache's slot
  KvCache* cache;  ///< null: the rows see only each other
};

struct DecoderLayer {
  Variable input_layernorm, post_attention_layernorm;  ///< [d]
  Variable q_proj, k_proj, v_proj, o_proj;             ///< [H*D,d], [G*D,d], [G*D,d], [d,H*D]
  Variable gate_proj, up_proj, down_proj;              ///< [d_ff,d], [d_ff,d], [d,d_ff]

  /// x [R,d] -> [R,d]
  Variable forward(const Variable& x, const LayerContext& context) const;

  /// Calls visit("self_attn.q_proj.weight", q_proj, shape) and so on for every weight, in the order of a checkpoint.
  void for_each_weight(const ModelConfig& config,
                       const std::function<void(const char* name, Variable& weight, const Shape& shape)>& visit);
};

}  // namespace tinymor
