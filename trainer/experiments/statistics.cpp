#include "trainer/experiments/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "tensor/error.h"

namespace tinymor {
namespace {

/// The rank of each value, from 1 for the smallest; equal ones share the mean of theirs.
std::vector<double> ranks_of(std::span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (size_t first = 0, end = 0; first < order.size(); first = end) {
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    for (size_t i = first; i < end; ++i) ranks[order[i]] = double(first + 1 + end) / 2;
  }
  return ranks;
}

bool has_nan(std::span<const double> values) {
  return std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); });
}

}  // namespace

// rho = sum (a_i - m)(b_i - m) / sqrt(sum (a_i - m)^2 sum (b_i - m)^2), a and b the ranks, m = (n + 1) / 2 their mean
double rank_correlation(std::span<const double> x, std::span<const double> y) {
  check_input(x.size() == y.size() && x.size() >= 2,
              "rank correlation: {} values against {} (give two or more of each, and as many of one as of the other)",
              x.size(), y.size());
  check_input(!has_nan(x) && !has_nan(y), "rank correlation: a value is NaN (leave out what was not measured)");
  const std::vector<double> a = ranks_of(x), b = ranks_of(y);
  const double mean = double(x.size() + 1) / 2;
  double aa = 0, bb = 0, ab = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    aa += (a[i] - mean) * (a[i] - mean);
    bb += (b[i] - mean) * (b[i] - mean);
    ab += (a[i] - mean) * (b[i] - mean);
  }
  if (aa == 0 || bb == 0) return std::numeric_limits<double>::quiet_NaN();
  return ab / std::sqrt(aa * bb);
}

Spread spread_of(std::span<const double> values) {
  check_input(!values.empty(), "mean and deviation: of no values (give one or more)");
  const double n = double(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, values.size() > 1 ? std::sqrt(squares / (n - 1)) : 0};
}

}  // namespace tinymor
