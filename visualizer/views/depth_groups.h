#pragma once
// The tokens of a survey in groups, with the mean depth, loss and regret of each: where depth goes.

#include <cstdint>
#include <string>
#include <vector>

#include "visualizer/views/depth_survey.h"

namespace tinymor {

enum class GroupBy { token, kind, place, loss, position };
inline constexpr const char* group_names[] = {"token", "kind", "place in word", "loss", "position"};

struct DepthGroup {
  std::string name;
  int order = 0;  ///< By name: alphabetical, or as it is natural.
  int64_t tokens = 0;
  double depth = 0, loss = 0, regret = 0;  ///< Means; NaN where unknown, and depth where nothing recurs.
  std::vector<double> takes = {};          ///< [N] the share of its tokens that take each recursion.
  std::vector<int> examples = {};          ///< Some of its tokens, as indices, spread evenly.
};
/// Each token of the survey is in exactly one group; no group is empty.
std::vector<DepthGroup> groups_of(const DepthSurvey& survey, GroupBy by);
/// All tokens as one.
DepthGroup whole_of(const DepthSurvey& survey);

enum class DepthColumn { name, tokens, depth, loss, regret };
struct DepthOrder {
  DepthColumn by = DepthColumn::name;
  bool smallest_first = true;
  bool operator==(const DepthOrder&) const = default;
};
/// The most frequent tokens first, and all else in its natural order.
DepthOrder usual_order(GroupBy by);
/// What is not known comes last.
void sort_groups(std::vector<DepthGroup>& groups, DepthOrder order);

}  // namespace tinymor
