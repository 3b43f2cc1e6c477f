// When a larger number comes, every term of the sum shrinks by the same factor: e^(old largest - new largest).
#include <cmath>

#include "exercises.h"

namespace tinymor {

double online_log_sum_exp(const std::function<bool(double& x)>& next) {
  double largest, sum = 1;
  next(largest);
  for (double x; next(x);) {
    if (x > largest) {
      sum *= std::exp(largest - x);
      largest = x;
    }
    sum += std::exp(x - largest);
  }
  return largest + std::log(sum);
}

}  // namespace tinymor
