// Walk along the weights until the share is used up.
#include <numeric>

#include "exercises.h"

namespace tinymor {

int64_t drawn(const std::vector<double>& weights, double number) {
  double left = number * std::accumulate(weights.begin(), weights.end(), 0.0);
  for (size_t i = 0; i < weights.size(); ++i) {
    left -= weights[i];
    if (left < 0) return int64_t(i);
  }
  return int64_t(weights.size()) - 1;
}

}  // namespace tinymor
