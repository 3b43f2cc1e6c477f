// Takes a step of its own.
// It is told: f = x^3 at 2, eps = 0.5: should be (2.5^3 - 1.5^3) / 1 = 12.25
#define numeric_gradient autograd_3_own_step
#include "../checks/autograd_3_gradient_check.cpp"

namespace tinymor {

std::vector<double> numeric_gradient(const std::function<double(const std::vector<double>&)>& f,
                                     const std::vector<double>& x, double) {
  constexpr double eps = 1e-5;
  std::vector<double> gradient;
  for (size_t i = 0; i < x.size(); ++i) {
    std::vector<double> above = x, below = x;
    above[i] += eps, below[i] -= eps;
    gradient.push_back((f(above) - f(below)) / (2 * eps));
  }
  return gradient;
}

}  // namespace tinymor
