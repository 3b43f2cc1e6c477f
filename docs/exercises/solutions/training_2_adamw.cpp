// The formula of autograd/optim.h.
#include <cmath>

#include "exercises.h"

namespace tinymor {

void adamw_step(AdamWWeight& weight, double gradient, const AdamWRates& rates) {
  const auto steps = double(++weight.steps);
  weight.m = rates.beta1 * weight.m + (1 - rates.beta1) * gradient;
  weight.v = rates.beta2 * weight.v + (1 - rates.beta2) * gradient * gradient;
  const double m = weight.m / (1 - std::pow(rates.beta1, steps)), v = weight.v / (1 - std::pow(rates.beta2, steps));
  weight.x -= rates.lr * (m / (std::sqrt(v) + rates.eps) + rates.weight_decay * weight.x);
}

}  // namespace tinymor
