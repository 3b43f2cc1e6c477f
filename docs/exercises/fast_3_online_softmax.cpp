// Exercise 3 of chapter 4: log(e^x1 + e^x2 + ...) in one pass.
//
// Keep the largest number so far, and the sum of e^(x - largest) over the numbers so far. What must happen to that sum
// when a new largest number comes? std::exp and std::log are in <cmath>. The numbers come like this:
//     for (double x; next(x);) ...
#include "exercises.h"

namespace tinymor {

double online_log_sum_exp(const std::function<bool(double& x)>& next) {
  return 0;
}

}  // namespace tinymor
