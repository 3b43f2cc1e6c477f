// Ranks each token in the whole text, as top-k does.
// It is told: place 2 is taken or not depending on a later score
#define best_so_far causal_5_whole_text
#include <algorithm>
#include <cmath>

#include "../checks/causal_5_repair.cpp"

namespace tinymor {

std::vector<int64_t> best_so_far(const std::vector<double>& scores, double capacity) {
  const double k = std::max(1.0, std::floor(capacity * double(scores.size())));
  std::vector<int64_t> taken;
  for (size_t t = 0; t < scores.size(); ++t) {
    double better = 0;
    for (size_t s = 0; s < scores.size(); ++s) better += scores[s] > scores[t] || (scores[s] == scores[t] && s < t);
    if (better < k) taken.push_back(int64_t(t));
  }
  return taken;
}

}  // namespace tinymor
