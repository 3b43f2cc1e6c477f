#pragma once
// Expert choice (paper 2.2.1, Eq. 2.1): each recursion scores the tokens that are still active and takes the best.
//
// In training recursion r takes the top k_r = floor(c_r T) of a sequence, which needs the scores of later tokens too.
// An auxiliary loss teaches the scores to say by themselves, by their sign, who is taken, so that at inference each
// token can be judged alone: that is the causal `threshold` rule.

#include <vector>

#include "mor/router.h"

namespace tinymor {

class ExpertChoice : public Router {
 public:
  /// weights[r] [1,d] scores recursion r.
  ExpertChoice(const ModelConfig& config, const std::vector<Variable>& weights, Rule rule);

  /// z = x . w_r; takes the top k_r of each sequence (ties: the earlier) or those with z >= 0; gate = alpha sigmoid(z).
  Selection select(int64_t r, const Variable& x, const Rows& active) override;
  /// x + gate * y. The block's output y already holds x (paper Eq. 2.1 as written and as the reference computes it).
  Variable combine(const Selection& selection, const Variable& x, const Variable& y) const override;
  /// Sum over recursions of the mean over candidates of BCE(sigmoid(z), selected).
  Variable aux_loss() const override { return aux_loss_; }
  double sampling_accuracy() const override { return sampling_accuracy_; }

 private:
  std::vector<int32_t> choose(int64_t r, const Tensor& logits, const Rows& active) const;

  const RouterConfig& config_;
  const std::vector<Variable>& weights_;
  Rule rule_;
  Variable aux_loss_;
  double sampling_accuracy_ = 1;
};

/// Indices of the k largest of `scores`, ascending; equal scores count as larger the earlier they stand.
std::vector<int32_t> top_k_ascending(std::span<const Real> scores, int64_t k);

}  // namespace tinymor
