// Sorted once, and cut from the end three times.
#include <algorithm>
#include <cmath>
#include <utility>

#include "exercises.h"

namespace tinymor {

std::vector<double> after_cuts(const std::vector<double>& logits, const Cuts& cuts) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  std::vector<std::pair<double, size_t>> left;  // weight and token, likeliest first
  for (size_t i = 0; i < logits.size(); ++i) left.push_back({std::exp((logits[i] - largest) / cuts.temperature), i});
  std::stable_sort(left.begin(), left.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  while (left.back().first < cuts.min_p) left.pop_back();
  if (cuts.top_k > 0 && cuts.top_k < int64_t(left.size())) left.resize(size_t(cuts.top_k));
  const auto total = [&left] {
    double sum = 0;
    for (const auto& token : left) sum += token.first;
    return sum;
  };
  if (cuts.top_p < 1) {
    const double enough = cuts.top_p * total();
    double sum = 0;
    size_t kept = 0;
    while (kept < left.size() && (kept == 0 || sum < enough)) sum += left[kept++].first;
    left.resize(kept);
  }
  std::vector<double> probabilities(logits.size(), 0);
  for (const auto& [weight, token] : left) probabilities[token] = weight / total();
  return probabilities;
}

}  // namespace tinymor
