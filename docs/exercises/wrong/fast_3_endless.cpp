// Never notices that there are no more numbers.
// It is told: it did not end within 3 seconds when the check tried the numbers 3
#define online_log_sum_exp fast_3_endless
#include <cmath>

#include "../checks/fast_3_online_softmax.cpp"

namespace tinymor {

double online_log_sum_exp(const std::function<bool(double& x)>& next) {
  double sum = 0;
  for (double x = 0; sum >= 0;) {
    next(x);
    sum += std::exp(x);
  }
  return std::log(sum);
}

}  // namespace tinymor
