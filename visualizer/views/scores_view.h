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

/// The histogram that is in force at `step`: the first at or after it, as it counts the steps before; null: there is
/// none.
const ScoreHistogram* scores_at(const RunHistory& history, int64_t step);

/// The counts of one recursion, of one histogram or of several added up.
struct ScoreCounts {
  std::array<double, ScoreHistogram::bins> taken{}, left{};
  /// Of the fullest bin.
  double peak() const;
};
/// [count] all the histograms, neighbours added up where there are more of them.
std::vector<ScoreCounts> columns_of(std::span<const ScoreHistogram> scores, int recursion, int count);

/// How much of the scores of taken and left tokens of recursion r (from 0) lie in the same bins: 0 apart, 1 alike;
/// NaN unless there are both.
double overlap(const ScoreHistogram& scores, int r);

/// Where the training rule cut, about: the score that as many of them lie above as were taken, as if those of a bin
/// were spread evenly; NaN unless there are taken and left ones.
double cut(const ScoreCounts& counts);
double cut(const ScoreHistogram& scores, int r);

}  // namespace tinymor
