#pragma once
// What each use of shared weights can have of its own, while it shares the rest: relaxed recursion (Bae et al. 2024,
// arXiv 2410.20672; MoR paper, table 16).
//
//   encoding   a vector e [d]: x + e enters the block, or y * e leaves it
//   norms      the weights of a layer's two norms
//   low rank   W + B A in the place of a matrix W [out,in], with A [r,in] and B [out,r]
//
// W + B A is never made: x (W + B A)^T = x W^T + (x A^T) B^T costs r (in + out) multiplications more per row, and W
// stays one matrix for all rows, also where they are in different recursions.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "autograd/module.h"
#include "autograd/ops.h"
#include "mor/config.h"
#include "mor/sharing.h"

namespace tinymor {

/// B A, or nothing where both are undefined.
struct LowRank : Module {
  Variable a, b;  ///< [r,in], [out,r]

  void members(Members& m) override;
};

/// What one effective layer has of its own. What it does not have is undefined.
struct Relaxation : Module {
  Variable entry_encoding, exit_encoding;              ///< [d]
  Variable input_layernorm, post_attention_layernorm;  ///< [d]
  LowRank q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj;

  void members(Members& m) override;
};

/// One for each effective layer, or none when the configuration asks for none. Norms are 1, the numbers of A and B are
/// 0. Where B stays 0 when weights are drawn (initialise), the model starts as the one that shares all. The first use
/// of shared weights has no norms of its own: it has those of the shared layer. k_proj and v_proj have no low rank
/// where no keys are computed.
std::vector<Relaxation> relaxations(const ModelConfig& config);

/// The term of each matrix of an effective layer that shares its weights. Its rank is at most the smaller side.
struct LowRankShape {
  LowRank Relaxation::*term;
  int64_t out, in, rank;
};
std::vector<LowRankShape> low_rank_shapes(const ModelConfig& config, bool computes_keys);
/// Numbers of all A and B of such a layer.
int64_t low_rank_numbers(const ModelConfig& config, bool computes_keys);

/// Rows begin..end of a layer's input, and what they have of their own.
struct RelaxedRows {
  int64_t begin, end;
  const Relaxation* own;
};

/// The parts of a layer for rows x [R,d] that `parts` cover in order; no parts: nothing is relaxed.
struct Relaxed {
  std::span<const RelaxedRows> parts;

  /// rms_norm with the parts' own weights, or `shared` where they have none.
  Variable norm(const Variable& x, const Variable& shared, Variable Relaxation::*own, Real eps) const;
  /// x [R,in] (W + B A)^T -> [R,out]
  Variable linear(const Variable& x, const Variable& weight, LowRank Relaxation::*own) const;
  /// x + e, and x * e
  Variable enter(const Variable& x) const;
  Variable leave(const Variable& x) const;
};

}  // namespace tinymor
