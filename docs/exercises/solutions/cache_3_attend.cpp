// The online softmax of chapter 4 with a vector for the sum. Before the first entry the largest is -infinity: e^-inf is
// 0.
#include <algorithm>
#include <cmath>
#include <limits>

#include "exercises.h"

namespace tinymor {

std::vector<double> attend(const std::vector<double>& query,
                           const std::function<bool(std::vector<double>& key, std::vector<double>& value)>& next) {
  double largest = -std::numeric_limits<double>::infinity(), sum = 0;
  std::vector<double> key, value, weighted;
  while (next(key, value)) {
    double score = 0;
    for (size_t i = 0; i < query.size(); ++i) score += query[i] * key[i];
    score /= std::sqrt(double(query.size()));
    const double old = largest;
    largest = std::max(largest, score);
    const double shrink = std::exp(old - largest), weight = std::exp(score - largest);
    weighted.resize(value.size(), 0);
    for (size_t i = 0; i < value.size(); ++i) weighted[i] = weighted[i] * shrink + weight * value[i];
    sum = sum * shrink + weight;
  }
  for (double& number : weighted) number /= sum;
  return weighted;
}

}  // namespace tinymor
