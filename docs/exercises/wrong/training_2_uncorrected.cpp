// Forgets that m and v begin at 0.
// It is told: x should be 0.949082, you gave 0.942265
#define adamw_step training_2_uncorrected
#include <cmath>

#include "../checks/training_2_adamw.cpp"

namespace tinymor {

void adamw_step(AdamWWeight& weight, double gradient, const AdamWRates& rates) {
  ++weight.steps;
  weight.m = rates.beta1 * weight.m + (1 - rates.beta1) * gradient;
  weight.v = rates.beta2 * weight.v + (1 - rates.beta2) * gradient * gradient;
  weight.x -= rates.lr * (weight.m / (std::sqrt(weight.v) + rates.eps) + rates.weight_decay * weight.x);
}

}  // namespace tinymor
