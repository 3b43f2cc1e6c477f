#pragma once
// Whether a tensor holds the numbers that it should, to some digits.

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/catch.h"
#include "tensor/tensor.h"

namespace tinymor {

inline void check_close(const Tensor& x, const std::vector<double>& expected, double margin = 2e-6) {
  const std::vector<Real> values = x.to_vector();
  REQUIRE(values.size() == expected.size());
  for (size_t i = 0; i < values.size(); ++i) CHECK(double(values[i]) == Approx(expected[i]).margin(margin));
}

/// How far a number may be from what the book prints of it with four decimals: half of the last one, and float32's
/// rounding.
constexpr double half_a_digit = 5.01e-5;

/// Agrees to the four decimals that the book prints.
inline void check_printed(const Tensor& x, const std::vector<double>& expected, double margin = half_a_digit) {
  check_close(x, expected, margin);
}

/// The largest difference between two tensors of one shape.
inline double worst_difference(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  double worst = 0;
  for (int64_t i = 0; i < a.count(); ++i) worst = std::max(worst, double(std::abs(a.values()[i] - b.values()[i])));
  return worst;
}

}  // namespace tinymor
