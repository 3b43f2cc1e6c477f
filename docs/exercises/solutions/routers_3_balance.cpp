// The load counts choices, the mean score is what a gradient can move.
#include <algorithm>

#include "exercises.h"

namespace tinymor {

Balance balance_of(const std::vector<std::vector<double>>& scores) {
  const size_t n = scores[0].size();
  std::vector<double> load(n, 0), mean(n, 0);
  for (const std::vector<double>& token : scores) {
    const auto best = std::max_element(token.begin(), token.end());  // the first of equal ones
    load[best - token.begin()] += 1 / double(scores.size());
    for (size_t i = 0; i < n; ++i) mean[i] += token[i] / double(scores.size());
  }
  Balance balance{0, *std::max_element(load.begin(), load.end()) * double(n) - 1};
  for (size_t i = 0; i < n; ++i) balance.loss += double(n) * load[i] * mean[i];
  return balance;
}

}  // namespace tinymor
