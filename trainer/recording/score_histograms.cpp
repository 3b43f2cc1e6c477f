#include "trainer/recording/score_histograms.h"

#include <algorithm>
#include <cmath>

#include "mor/whole.h"
#include "tensor/ops.h"

namespace tinymor {

ScoreHistograms::ScoreHistograms(int64_t recursions) {
  counts_.taken.resize(recursions * ScoreHistogram::bins);
  counts_.left = counts_.taken;
}

void ScoreHistograms::count(int64_t r, double score, bool taken) {
  if (std::isnan(score)) return;  // of a run that diverged, as its loss will show
  const int bin = whole(score * ScoreHistogram::bins, 0, ScoreHistogram::bins - 1);
  ++(taken ? counts_.taken : counts_.left)[r * ScoreHistogram::bins + bin];
}

void ScoreHistograms::on_recursion(int64_t r, const Rows& candidates, const Tensor& logits, const Tensor&,
                                   const Rows& selected) {
  if (!logits.defined()) return;
  const auto z = logits.values();
  for (int64_t s = 0; s < candidates.sequences(); ++s) {
    const auto all = candidates.positions_of(s), taken = selected.positions_of(s);
    for (size_t i = 0, next = 0; i < all.size(); ++i) {
      const bool is_taken = next < taken.size() && taken[next] == all[i];
      next += is_taken;
      count(r, 1 / (1 + std::exp(-double(z[candidates.offsets[s] + i]))), is_taken);
    }
  }
}

void ScoreHistograms::on_depth_scores(const Rows&, const Tensor& logits) {
  depth_logits_ = logits;
}

void ScoreHistograms::on_depths(std::span<const int32_t> depth) {
  if (!depth_logits_.defined()) return;
  const Tensor log_total = logsumexp(depth_logits_, {1});
  for (int64_t t = 0; t < depth_logits_.dim(0); ++t)
    for (int64_t r = 0; r < depth_logits_.dim(1); ++r)
      count(r, std::exp(double(depth_logits_.at({t, r})) - log_total.at({t})), depth[t] == r + 1);
  depth_logits_ = {};
}

ScoreHistogram ScoreHistograms::take(int64_t step) {
  const auto nothing = [](const std::vector<uint32_t>& counts) {
    return std::all_of(counts.begin(), counts.end(), [](uint32_t count) { return count == 0; });
  };
  ScoreHistogram result;
  if (!nothing(counts_.taken) || !nothing(counts_.left)) result = counts_;
  result.step = step;
  std::fill(counts_.taken.begin(), counts_.taken.end(), 0);
  std::fill(counts_.left.begin(), counts_.left.end(), 0);
  return result;
}

}  // namespace tinymor
