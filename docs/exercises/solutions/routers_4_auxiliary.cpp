// Whatever the sign, the exponential is of a negative number.
#include <algorithm>
#include <cmath>

#include "exercises.h"

namespace tinymor {

AuxiliaryLoss auxiliary_loss(const std::vector<double>& scores, const std::vector<bool>& taken) {
  const auto n = double(scores.size());
  AuxiliaryLoss found{0, {}};
  for (size_t i = 0; i < scores.size(); ++i) {
    const double x = taken[i] ? -scores[i] : scores[i];
    found.loss += (std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)))) / n;
    found.gradient.push_back((1 / (1 + std::exp(-scores[i])) - (taken[i] ? 1 : 0)) / n);
  }
  return found;
}

}  // namespace tinymor
