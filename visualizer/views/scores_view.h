#pragma once
// The scores of routers as counts: how many tokens with about this score a recursion took and how many it left, at one
// step or over several.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "visualizer/runs/source.h"

namespace tinymor {

/// [bins] of recursion r (from 0), of `taken` or `left` of a histogram.
std::span<const uint32_t> row_of(const std::vector<uint32_t>& counts, int r);
int recursions_of(const ScoreHistogram& scores);
double total(std::span<const uint32_t> counts);
double mean_score(std::span<const uint32_t> counts);

/// The histogram of `step`: the first at or after it, because a histogram counts the steps before it. Null when there
/// is none.
const ScoreHistogram* scores_at(const RunHistory& history, int64_t step);

/// The counts of one recursion in one histogram, or added up over several.
struct ScoreCounts {
  std::array<double, ScoreHistogram::bins> taken{}, left{};
  /// Of the fullest bin.
  double peak() const;
};
/// [count] all the histograms, neighbours added up where there are more of them.
std::vector<ScoreCounts> columns_of(std::span<const ScoreHistogram> scores, int recursion, int count);

/// How much the scores of taken and left tokens of recursion r (from 0) share their bins: 0 apart, 1 alike; NaN unless
/// there are both.
double overlap(const ScoreHistogram& scores, int r);

/// Roughly where the training rule cut: as many scores are above it as tokens were taken, if the scores of a bin are
/// spread evenly. NaN unless there are taken and left tokens.
double cut(const ScoreCounts& counts);
double cut(const ScoreHistogram& scores, int r);

}  // namespace tinymor
