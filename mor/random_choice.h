#pragma once
// Routers that choose at random: what a learned router has to beat (paper table 13). They have no weights, so there is
// nothing for a loss to teach; in all else they do what their learned counterparts do.
//
// Their scores are uniform numbers in [0,1) that depend on the token, its position, the recursion and the training step
// alone, so that they choose the same with and without a cache.

#include "mor/expert_choice.h"
#include "mor/token_choice.h"

namespace tinymor {

class RandomExpertChoice : public ExpertChoice {
 public:
  using ExpertChoice::ExpertChoice;

 private:
  /// gate = alpha u, and z = u - (1 - c_r / c_{r-1}): its sign lets through the share of the candidates that the
  /// capacity does.
  Scores score(int64_t r, const Active& active) const override;
  void teach(const Scores&, const Tensor&) override {}
};

class RandomTokenChoice : public TokenChoice {
 public:
  using TokenChoice::TokenChoice;

 private:
  /// P = alpha u
  Scores score(const Active& active) const override;
  void teach(const Scores&, const Tensor&) override {}
};

}  // namespace tinymor
