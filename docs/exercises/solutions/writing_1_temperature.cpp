// The softmax of logits / temperature.
#include <algorithm>
#include <cmath>

#include "exercises.h"

namespace tinymor {

std::vector<double> probabilities_of(const std::vector<double>& logits, double temperature) {
  const auto best = std::max_element(logits.begin(), logits.end());
  std::vector<double> probabilities(logits.size(), 0);
  if (temperature == 0) {
    probabilities[size_t(best - logits.begin())] = 1;
    return probabilities;
  }
  double sum = 0;
  for (size_t i = 0; i < logits.size(); ++i) sum += probabilities[i] = std::exp((logits[i] - *best) / temperature);
  for (double& p : probabilities) p /= sum;
  return probabilities;
}

}  // namespace tinymor
