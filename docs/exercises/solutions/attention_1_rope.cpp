// Each pair is a point in the plane, turned about the origin.
#include <cmath>

#include "exercises.h"

namespace tinymor {

std::vector<double> turned(const std::vector<double>& head, int64_t position, double theta) {
  const size_t half = head.size() / 2;
  std::vector<double> y(head.size());
  for (size_t i = 0; i < half; ++i) {
    const double angle = double(position) * std::pow(theta, -2.0 * double(i) / double(head.size()));
    const double u = head[i], v = head[i + half];
    y[i] = u * std::cos(angle) - v * std::sin(angle);
    y[i + half] = v * std::cos(angle) + u * std::sin(angle);
  }
  return y;
}

}  // namespace tinymor
