#pragma once
// Expert choice (paper 2.2.1, Eq. 2.1): each recursion scores the tokens that are still active and takes the best.
//
// In training recursion r takes the top k_r = floor(c_r T), but at least one, of a sequence, which needs the scores of
// later tokens too. An auxiliary loss teaches the scores, or those of a second router, to say by their sign which
// tokens are taken, so that at inference each token can be judged alone: that is the causal `threshold` rule.

#include <span>
#include <vector>

#include "mor/router.h"

namespace tinymor {

class ExpertChoice : public Router {
 public:
  /// Throws InputError when the rule needs an auxiliary router and the model has none.
  explicit ExpertChoice(const RouterCall& call);

  /// z = scorer_r(x) [n,1], the gate as gates_of. Takes the top k_r of each sequence (ties: the earlier), or those with
  /// z >= 0 (all of them where the capacity is 1).
  Selection select(int64_t r, const Active& active) override;
  /// x + gate y; without the gate when gating is additive, and with y - x for y when the residual is delta.
  Variable combine(int64_t r, const Selection& selection, const Active& selected, const Variable& y) const override;

 protected:
  /// Of the active tokens, [n,1] each.
  struct Scores {
    Variable z;      ///< by which the training rule ranks them
    Variable judge;  ///< the logit that is to predict the choice: z again, or that of the auxiliary router
    Variable gates;
  };
  virtual Scores score(int64_t r, const Active& active) const;
  /// Adds what the scores are to learn from the choice; taken [n,1] is 1 for the tokens that were taken and 0 for the
  /// others.
  virtual void teach(const Scores& scores, const Tensor& taken);

 private:
  double capacity(int64_t r) const;
  Selection choose(int64_t r, const Active& active, std::span<const Real> judged) const;
};

/// The gates alpha f(z) of scores z [...], whatever their shape (Eq. 2.1).
Variable gates_of(const RouterConfig& config, const Variable& z);

/// The indices of the k largest scores (all when there are fewer), ascending; ties go to the smaller index.
std::vector<int32_t> top_k_ascending(std::span<const Real> scores, int64_t k);

/// Capacity c while it warms up (paper App. G.1): from 1 down to c along half a cosine over `warmup` forward passes, of
/// which this is the one after `step` others.
double warmed_capacity(double c, int64_t step, int64_t warmup);

}  // namespace tinymor
