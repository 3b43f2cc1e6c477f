#include "visualizer/views/lens_view.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace tinymor {

namespace {

/// Of the numbers that are finite.
template <class Numbers>
double mean_of(const Numbers& numbers) {
  double sum = 0, count = 0;
  for (double x : numbers) {
    if (!std::isfinite(x)) continue;
    sum += x;
    ++count;
  }
  return count > 0 ? sum / count : std::nan("");
}

}  // namespace

double LensView::mean(size_t r) const {
  return mean_of(nll[r]);
}

size_t LensView::best(int t) const {
  size_t best = nll.size() - 1;
  for (size_t r = nll.size() - 1; r-- > 0;)
    if (nll[r][t] < nll[best][t]) best = r;
  return best;
}

double LensView::regret(int t) const {
  return nll.empty() ? std::nan("") : nll.back()[t] - nll[best(t)][t];
}

double LensView::mean_regret() const {
  std::vector<double> all;
  for (int t = 0; !nll.empty() && t < int(nll.back().size()); ++t) all.push_back(regret(t));
  return mean_of(all);
}

LensView lens_of(const Trace& routed) {
  LensView lens;
  const size_t tokens = std::max(routed.tokens.size(), routed.pieces.size());
  if (routed.exits.empty() || tokens == 0) return lens;
  const auto add = [&](const std::vector<float>& nll, const std::vector<Candidate>& likely) {
    lens.nll.push_back(nll);
    lens.nll.back().resize(tokens, std::numeric_limits<float>::quiet_NaN());
    lens.likely.push_back(likely);
    lens.each = std::min(lens.nll.size() == 1 ? likely.size() / tokens : lens.each, likely.size() / tokens);
  };
  for (const Prediction& exit : routed.exits) add(exit.nll, exit.likely);
  add(routed.nll, routed.likely);
  return lens;
}

LensView lens_of(const ImageSnapshot& images) {
  LensView lens;
  for (size_t i = 0; i < images.images.size(); ++i) {
    const Guesses guesses = guesses_of(images.images[i]);
    if (i == 0) lens.nll.resize(guesses.nll.size());
    if (guesses.nll.size() != lens.nll.size()) return {};
    for (size_t r = 0; r < lens.nll.size(); ++r) lens.nll[r].push_back(guesses.nll[r]);
  }
  return lens;
}

Guesses guesses_after(const LensView& lens, const std::vector<int32_t>& ids, int token) {
  Guesses out;
  const auto t = size_t(token);
  for (size_t r = 0; r < lens.nll.size(); ++r) {
    const auto first = lens.likely[r].begin() + int64_t(t * lens.each);
    out.nll.push_back(lens.nll[r][t]);
    out.likely.emplace_back(first, first + int64_t(lens.each));
  }
  if (t + 1 < ids.size()) out.truth = ids[t + 1];
  return out;
}

Guesses guesses_of(const SeenImage& image) {
  Guesses out;
  out.truth = image.truth;
  for (const std::vector<float>& classes : image.guesses) {
    const bool known = image.truth >= 0 && size_t(image.truth) < classes.size();
    out.nll.push_back(known ? -std::log(classes[size_t(image.truth)]) : std::numeric_limits<float>::quiet_NaN());
    std::vector<Candidate>& likely = out.likely.emplace_back();
    for (size_t c = 0; c < classes.size(); ++c) likely.push_back({int32_t(c), classes[c]});
    std::stable_sort(likely.begin(), likely.end(),
                     [](const Candidate& a, const Candidate& b) { return a.probability > b.probability; });
    likely.resize(std::min(likely.size(), size_t(kCandidates)));
  }
  return out;
}

}  // namespace tinymor
