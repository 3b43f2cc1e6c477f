#pragma once
// Token choice (paper 2.2.1, Eq. 2.2): each token chooses its depth once, before the first recursion, by the best of N
// scores. That needs no other token, so training and inference do the same; but nothing keeps tokens from all choosing
// alike, which a balancing loss or a bias has to mend (paper App. A.2).

#include <vector>

#include "mor/router.h"

namespace tinymor {

class TokenChoice : public Router {
 public:
  using Router::Router;

  /// Before recursion 0: scores P = alpha softmax(scorer(x)) (or sigmoid), depth = argmax of P + bias (ties: the
  /// shallower). While the balance warms up (capacity_warmup_steps) every token takes the deepest. Recursion r takes
  /// the tokens whose depth reaches it.
  Selection select(int64_t r, const Active& active) override;
  /// A token that goes on takes the block's output y as its state; one that ends here takes x_0 + P_depth y, where x_0
  /// is its state before the first recursion. Gating additive: x_0 + y; weighted_every: every y is weighted by its own
  /// recursion's score (Eq. 2.2). Residual delta: y - x_0 is added for y.
  Variable combine(int64_t r, const Selection& selection, const Active& selected, const Variable& y) const override;

 protected:
  /// Of the active tokens, [n,N] each.
  struct Scores {
    Variable z;        ///< logits of the depths; undefined where none were computed
    Variable weights;  ///< P
  };
  virtual Scores score(const Active& active) const;
  /// Adds what the scores are to learn from the load [N], the share of the tokens that each depth got.
  virtual void teach(const Scores& scores, const Tensor& load);

 private:
  void choose(const Active& active);
  /// Rows `places` of one column of the scores [R,N] -> [k,1].
  Variable scores_at(const std::vector<int32_t>& places, FunctionRef<int64_t(int32_t place)> column) const;

  Variable start_, scores_;      // [R,d] and [R,N] of the whole batch
  std::vector<int32_t> depths_;  // [R] recursions that each token takes
};

}  // namespace tinymor
