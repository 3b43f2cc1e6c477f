#include "visualizer/lens_view.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tinymor {

double LensView::mean(size_t r) const {
  double sum = 0, count = 0;
  for (float x : nll[r]) {
    if (std::isfinite(x)) sum += x, ++count;
  }
  return count > 0 ? sum / count : std::nan("");
}

double LensView::regret(int t) const {
  double best = std::numeric_limits<double>::infinity();
  for (const auto& row : nll) best = std::min<double>(best, std::isfinite(row[t]) ? row[t] : best);
  return nll.empty() ? std::nan("") : nll.back()[t] - best;
}

LensView lens_of(const Snapshot& snapshot) {
  LensView lens;
  const Trace& routed = snapshot.threshold;
  const size_t tokens = std::max(routed.tokens.size(), routed.pieces.size());
  if (snapshot.threshold.exits.empty() || tokens == 0) return lens;
  const auto add = [&](const std::vector<float>& nll, const std::vector<Candidate>& likely) {
    lens.nll.push_back(nll);
    lens.nll.back().resize(tokens, std::numeric_limits<float>::quiet_NaN());
    lens.likely.push_back(likely);
    lens.each = std::min(lens.nll.size() == 1 ? likely.size() / tokens : lens.each, likely.size() / tokens);
  };
  for (const Prediction& exit : snapshot.threshold.exits) add(exit.nll, exit.likely);
  add(routed.nll, routed.likely);
  return lens;
}

}  // namespace tinymor
