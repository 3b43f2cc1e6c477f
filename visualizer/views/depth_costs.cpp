#include "visualizer/views/depth_costs.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "mor/counts.h"

namespace tinymor {
namespace {

constexpr double least_cost = 0.005;  // nats; less is no mistake

/// The tokens that cost something, by a score and a cost of each.
template <class Score, class Cost>
std::vector<Misjudged> misjudged(const DepthSurvey& survey, Score score, Cost cost) {
  std::vector<Misjudged> out;
  for (size_t i = 0; i < survey.tokens.size(); ++i) {
    const SurveyedToken& token = survey.tokens[i];
    if (std::isfinite(score(token)) && cost(token) >= least_cost) out.push_back({int(i), score(token), cost(token)});
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.nats > b.nats; });
  return out;
}

}  // namespace

std::vector<Misjudged> granted_in_vain(const DepthSurvey& survey) {
  return misjudged(
      survey, [](const SurveyedToken& token) { return token.granted; },
      [](const SurveyedToken& token) { return token.regret; });
}

std::vector<Misjudged> refused_though_needed(const DepthSurvey& survey) {
  return misjudged(
      survey, [](const SurveyedToken& token) { return token.refused; },
      [](const SurveyedToken& token) { return token.missed; });
}

std::vector<CutOffPoint> cut_off_points(const Survey& survey, const Geometry& geometry) {
  std::vector<CutOffPoint> points;
  for (size_t c = 0; c < std::size(swept_cut_offs); ++c) {
    CutOffPoint point{swept_cut_offs[c]};
    double depth = 0, flops = 0;
    for (const auto& text : survey.texts) {
      if (c >= text->swept.size()) continue;
      const SweptText& swept = text->swept[c];
      const auto seen = int64_t(text->routed.tokens.size() / 2);
      for (size_t d = 0; d < swept.depths.size(); ++d) {
        const int64_t count = swept.depths[d];
        point.tokens += count;
        depth += double(count) * double(d);
        flops += double(count) * honest_flops_of_token(geometry.model, int64_t(d), seen);
      }
      point.loss += swept.loss;
    }
    if (point.tokens == 0) continue;
    point.depth = depth / double(point.tokens);
    point.loss /= double(point.tokens);
    point.flops = flops / double(point.tokens);
    point.layers = layers_at(geometry, point.depth);
    points.push_back(point);
  }
  return points;
}

std::vector<SnapshotDepth> depth_of_snapshots(const std::vector<Snapshot>& snapshots, const Geometry& geometry) {
  std::vector<SnapshotDepth> out;
  for (const Snapshot& snapshot : snapshots) {
    const std::vector<int32_t>& depths = snapshot.threshold.depth;
    if (depths.empty()) continue;
    SnapshotDepth at{snapshot.step, int64_t(depths.size()), 0, std::vector<double>(size_t(geometry.recursions))};
    for (int32_t depth : depths) {
      const int taken = std::clamp<int>(depth, 0, geometry.recursions);
      at.depth += taken / double(depths.size());
      for (int r = 0; r < taken; ++r) at.takes[size_t(r)] += 1 / double(depths.size());
    }
    out.push_back(std::move(at));
  }
  return out;
}

}  // namespace tinymor
