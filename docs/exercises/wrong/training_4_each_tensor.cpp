// Clips each tensor by itself, which turns the direction.
// It is told: should become (0.60) (0.80), you left (1.00) (1.00)
#define clip_gradients_to training_4_each_tensor
#include <cmath>

#include "../checks/training_4_clip.cpp"

namespace tinymor {

double clip_gradients_to(double limit, std::vector<std::vector<double>>& gradients) {
  double all = 0;
  for (std::vector<double>& tensor : gradients) {
    double sum = 0;
    for (double g : tensor) sum += g * g;
    all += sum;
    if (std::sqrt(sum) > limit)
      for (double& g : tensor) g *= limit / std::sqrt(sum);
  }
  return std::sqrt(all);
}

}  // namespace tinymor
