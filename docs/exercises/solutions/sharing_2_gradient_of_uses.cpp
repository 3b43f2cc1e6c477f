// Backward visits the uses from the last to the first; the gradient of w itself is their sum.
#include "exercises.h"

namespace tinymor {

std::vector<double> gradient_of_uses(double h0, double w, int64_t uses) {
  std::vector<double> h{h0}, gradients(uses);
  for (int64_t r = 0; r < uses; ++r) h.push_back(h[r] + w * h[r] * h[r]);
  double g = 1;
  for (int64_t r = uses - 1; r >= 0; --r) {
    gradients[r] = g * h[r] * h[r];
    g *= 1 + 2 * w * h[r];
  }
  return gradients;
}

}  // namespace tinymor
