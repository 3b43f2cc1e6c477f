#pragma once
// Exit gate: after each recursion a token goes on with the probability sigmoid(z) that its own state gives, and stops
// otherwise (LoopLM, Zhu et al. 2025, arXiv 2510.25741). No other token has a say, so training and use decide alike.
//
// In training every token takes every recursion, and each recursion predicts the next token: so it is known what one
// more would have brought. exit_losses turns that into what the model and its gates learn from. In use a token goes on
// while z >= 0, as under the causal rule of expert choice.

#include <span>
#include <vector>

#include "mor/router.h"

namespace tinymor {

class ExitGate : public Router {
 public:
  using Router::Router;

  /// Recursion 0 takes all tokens, whose score counts as 0; recursion r > 0 takes those whose score
  /// z = scorer_{r-1}(x) after the one before is at least 0. Under the training rule all go on, and scores are kept.
  Selection select(int64_t r, const Active& active) override;
  /// The block's output as it is.
  Variable combine(int64_t, const Selection&, const Active&, const Variable& y) const override { return y; }
};

/// What is learned from the predictions after each recursion.
struct ExitLosses {
  Variable lm;     ///< [] of the model
  Variable gates;  ///< [] of the gates alone, before its coefficient
};

/// logits: N of [R,V], after each recursion; scores: N-1 of [R,1]; targets [R], -1 where nothing is to be predicted.
///
/// expected: a token stops after recursion r with the probability p_r = (1 - sigmoid(z_r)) prod_{s<r} sigmoid(z_s), the
/// rest after the last. lm is the mean of sum_r p_r nll_r, gates that of -H(p), which keeps the gates from settling too
/// soon (LoopLM, stage 1).
/// gain: lm is the mean over all recursions of their losses. gates is the binary cross-entropy of the scores against
/// whether going on pays: whether a later recursion s has nll_s + exit_cost (s - r) < nll_r. The states do not learn
/// from it. (LoopLM's stage 2 asks the next recursion alone.)
ExitLosses exit_losses(const RouterConfig& config, std::span<const Variable> logits, std::span<const Variable> scores,
                       const IntTensor& targets);

}  // namespace tinymor
