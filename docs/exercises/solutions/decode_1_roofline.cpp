// The longer of reading and computing.
#include <algorithm>

#include "exercises.h"

namespace tinymor {

double seconds_of_call(double weights, double bytes_each, double texts, double bytes_per_s, double ops_per_s) {
  return std::max(weights * bytes_each / bytes_per_s, 2 * weights * texts / ops_per_s);
}

}  // namespace tinymor
