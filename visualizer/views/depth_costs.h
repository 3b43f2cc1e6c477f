#pragma once
// Whether depth was worth it: the tokens of a survey at which the router was wrong, depth and loss at other cut-offs,
// and how deep a run's snapshots were.

#include <cstdint>
#include <vector>

#include "visualizer/views/depth_survey.h"

namespace tinymor {

/// A token where another depth of all tokens would have been better.
struct Misjudged {
  int token;     ///< An index.
  double score;  ///< Of the router that decided.
  double nats;   ///< What it cost.
};
/// Tokens that were granted a recursion although fewer for all tokens would have predicted better, the worst first.
std::vector<Misjudged> granted_in_vain(const DepthSurvey& survey);
/// Tokens that were refused one although all recursions for all tokens would have predicted better, the worst first.
std::vector<Misjudged> refused_though_needed(const DepthSurvey& survey);

/// What a cut-off of the causal rule would make of the surveyed texts.
struct CutOffPoint {
  double cut_off = 0;
  int64_t tokens = 0;
  double depth = 0, loss = 0;  ///< Means.
  double layers = 0;           ///< Per token.
  double flops = 0;            ///< Per token that sees half of a text, by the honest count.
};
/// Empty where nothing was swept.
std::vector<CutOffPoint> cut_off_points(const Survey& survey, const Geometry& geometry);

/// The watched text of a snapshot by the causal rule.
struct SnapshotDepth {
  int64_t step = 0, tokens = 0;
  double depth = 0;
  std::vector<double> takes;  ///< [N] the share of its tokens that take each recursion.
};
std::vector<SnapshotDepth> depth_of_snapshots(const std::vector<Snapshot>& snapshots, const Geometry& geometry);

}  // namespace tinymor
