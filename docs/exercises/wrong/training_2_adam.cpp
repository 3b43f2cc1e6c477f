// Adds the decay to the gradient, as Adam did before AdamW.
// It is told: m should be 2, you gave 2.25
#define adamw_step training_2_adam
#include <cmath>

#include "../checks/training_2_adamw.cpp"

namespace tinymor {

void adamw_step(AdamWWeight& weight, double gradient, const AdamWRates& rates) {
  const auto steps = double(++weight.steps);
  const double g = gradient + rates.weight_decay * weight.x;
  weight.m = rates.beta1 * weight.m + (1 - rates.beta1) * g;
  weight.v = rates.beta2 * weight.v + (1 - rates.beta2) * g * g;
  const double m = weight.m / (1 - std::pow(rates.beta1, steps)), v = weight.v / (1 - std::pow(rates.beta2, steps));
  weight.x -= rates.lr * m / (std::sqrt(v) + rates.eps);
}

}  // namespace tinymor
