// One factor for all, so that no weight is favoured.
#include <algorithm>
#include <cmath>

#include "exercises.h"

namespace tinymor {

double clip_gradients_to(double limit, std::vector<std::vector<double>>& gradients) {
  double largest = 0, sum = 0;
  for (const std::vector<double>& tensor : gradients)
    for (double g : tensor) {
      if (!std::isfinite(g)) return g;
      largest = std::max(largest, std::abs(g));
    }
  if (largest == 0) return 0;
  for (const std::vector<double>& tensor : gradients)
    for (double g : tensor) sum += (g / largest) * (g / largest);
  const double norm = largest * std::sqrt(sum);
  if (norm > limit)
    for (std::vector<double>& tensor : gradients)
      for (double& g : tensor) g *= limit / norm;
  return norm;
}

}  // namespace tinymor
