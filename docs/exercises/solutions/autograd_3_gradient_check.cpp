// Central differences: the error shrinks with the square of eps, until rounding takes over.
#include "exercises.h"

namespace tinymor {

std::vector<double> numeric_gradient(const std::function<double(const std::vector<double>&)>& f,
                                     const std::vector<double>& x, double eps) {
  std::vector<double> gradient, moved = x;
  for (size_t i = 0; i < x.size(); ++i) {
    moved[i] = x[i] + eps;
    const double above = f(moved);
    moved[i] = x[i] - eps;
    const double below = f(moved);
    moved[i] = x[i];
    gradient.push_back((above - below) / (2 * eps));
  }
  return gradient;
}

}  // namespace tinymor
