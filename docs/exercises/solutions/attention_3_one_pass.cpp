// When a larger score comes, the sum and the mix shrink by the same factor: e^(old largest - new largest).
#include <cmath>

#include "exercises.h"

namespace tinymor {

std::vector<double> one_pass_attention(const std::function<bool(double& score, std::vector<double>& value)>& next) {
  double score, largest, sum = 1;
  std::vector<double> value, mix;
  next(largest, mix);
  while (next(score, value)) {
    if (score > largest) {
      const double factor = std::exp(largest - score);
      sum *= factor;
      for (double& number : mix) number *= factor;
      largest = score;
    }
    const double weight = std::exp(score - largest);
    sum += weight;
    for (size_t c = 0; c < mix.size(); ++c) mix[c] += weight * value[c];
  }
  for (double& number : mix) number /= sum;
  return mix;
}

}  // namespace tinymor
