#pragma once
// How the routers' scores are spread while a model trains: a probe that counts them by recursion, separately for tokens
// that were taken and tokens that were not.

#include "mor/probe.h"
#include "trainer/recording/events.h"

namespace tinymor {

/// Steps between two histograms.
constexpr int64_t kScoresEvery = 10;

class ScoreHistograms : public Probe {
 public:
  explicit ScoreHistograms(int64_t recursions);
  void on_recursion(int64_t r, const Rows& candidates, const Tensor& logits, const Tensor& gates,
                    const Rows& selected) override;
  void on_depth_scores(const Rows& rows, const Tensor& logits) override;
  /// Once a forward pass is done: the depth [R] of each of its tokens.
  void on_depths(std::span<const int32_t> depth);

  /// What was counted since the last time; empty when nothing was scored.
  ScoreHistogram take(int64_t step);

 private:
  void count(int64_t r, double score, bool taken);

  ScoreHistogram counts_;
  Tensor depth_logits_;  // [R,N] of the forward pass under way, under token choice
};

}  // namespace tinymor
