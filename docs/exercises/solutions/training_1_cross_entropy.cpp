// log(sum of e^logit), with the largest logit taken away first, and softmax less 1 at the target.
#include <algorithm>
#include <cmath>

#include "exercises.h"

namespace tinymor {

LossAndGradient cross_entropy_of(const std::vector<double>& logits, int64_t target) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const double z : logits) sum += std::exp(z - largest);
  LossAndGradient found{largest + std::log(sum) - logits[size_t(target)], {}};
  for (const double z : logits) found.gradient.push_back(std::exp(z - largest) / sum);
  found.gradient[size_t(target)] -= 1;
  return found;
}

}  // namespace tinymor
