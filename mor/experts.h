#pragma once
// Mixture of experts: in the place of a layer's MLP several of them, the experts, of which each token goes through one
// or two (Shazeer et al. 2017, arXiv 1701.06538; Fedus et al. 2021, arXiv 2101.03961). Where MoR spends fewer layers on
// some tokens, experts spend more weights on all: a token computes with k of n.
//
//   p = softmax(W x)                       of n experts, W [n,d]
//   y = sum of p_e MLP_e(x)                over the k experts with the largest p
//
// p weighs what an expert says, so W learns from the loss which expert is right. Nothing but the token itself decides.

#include <cstdint>
#include <vector>

#include "autograd/module.h"
#include "autograd/ops.h"
#include "mor/config.h"

namespace tinymor {

/// down(silu(gate x) * up x)
struct Expert : Module {
  Variable gate_proj, up_proj, down_proj;  ///< [d_ff,d], [d_ff,d], [d,d_ff]

  void members(Members& m) override;
};

/// What a training step asks of all gates together, and hears from them.
struct GateLosses {
  /// Whether experts are full at expert_capacity times an equal share of the batch's rows.
  bool limited = false;
  /// [] Sum over layers of n sum_e f_e P_e, with f_e the share of choices that fell on expert e and P_e its mean p
  /// (Fedus et al. 2021, Eq. 4): 1 in each layer whose experts are equally often chosen.
  Variable balance;
};

struct Experts : Module {
  Variable gate;  ///< [n,d]; undefined in a layer with an MLP of its own
  std::vector<Expert> each;

  /// As `config` says, all weights 0; or none.
  explicit Experts(const ModelConfig& config);
  struct Choice {
    Variable p;        ///< [R,n]
    IntTensor chosen;  ///< [R,k] experts, best first
  };
  /// For x [R,d].
  Choice choose(const Variable& x, const ModelConfig& config) const;
  /// x [R,d] -> [R,d]. An expert that is full leaves out the rows that come last, second choices before first ones.
  Variable forward(const Variable& x, const Choice& choice, const ModelConfig& config, GateLosses* losses) const;
  /// The names of Hugging Face's OLMoE.
  void members(Members& m) override;
};

}  // namespace tinymor
