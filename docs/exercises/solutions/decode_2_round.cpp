// The scale is what 1 stands for.
#include <algorithm>
#include <cmath>

#include "exercises.h"

namespace tinymor {

RoundedRow rounded_row(const std::vector<double>& row) {
  double largest = 0;
  for (double x : row) largest = std::max(largest, std::abs(x));
  RoundedRow out{largest / 127, {}};
  for (double x : row) out.numbers.push_back(largest > 0 ? std::lrint(x / out.scale) : 0);
  return out;
}

}  // namespace tinymor
