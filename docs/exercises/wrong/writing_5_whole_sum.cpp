// Lets top-p go by the sum of all tokens, not of those that are left.
// It is told: should be (0.5000, 0.5000, 0.0000, 0.0000, 0.0000, 0.0000)
#define after_cuts writing_5_whole_sum
#include <algorithm>
#include <cmath>
#include <utility>

#include "../checks/writing_5_in_order.cpp"

namespace tinymor {

std::vector<double> after_cuts(const std::vector<double>& logits, const Cuts& cuts) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  std::vector<std::pair<double, size_t>> left;
  double all = 0;
  for (size_t i = 0; i < logits.size(); ++i) {
    left.push_back({std::exp((logits[i] - largest) / cuts.temperature), i});
    all += left.back().first;
  }
  std::stable_sort(left.begin(), left.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  double sum = 0, kept = 0;
  std::vector<double> probabilities(logits.size(), 0);
  for (const auto& [weight, token] : left) {
    const bool enough = cuts.top_p < 1 && kept > 0 && sum >= cuts.top_p * all;
    if (weight < cuts.min_p || enough || (cuts.top_k > 0 && kept == double(cuts.top_k))) break;
    probabilities[token] = weight;
    sum += weight;
    ++kept;
  }
  for (double& p : probabilities) p /= sum;
  return probabilities;
}

}  // namespace tinymor
