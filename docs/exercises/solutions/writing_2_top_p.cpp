// From the likeliest on, until the sum reaches p.
#include <algorithm>
#include <numeric>

#include "exercises.h"

namespace tinymor {

std::vector<int64_t> nucleus_of(const std::vector<double>& probabilities, double p) {
  std::vector<int64_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return probabilities[size_t(a)] > probabilities[size_t(b)]; });
  double sum = 0;
  size_t kept = 0;
  while (kept < order.size() && (kept == 0 || sum < p)) sum += probabilities[size_t(order[kept++])];
  order.resize(kept);
  return order;
}

}  // namespace tinymor
