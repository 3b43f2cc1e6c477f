#pragma once
// What a few numbers say together: whether two things rise and fall together, and how much seeds differ.

#include <span>

namespace tinymor {

/// Spearman's rank correlation of x [n] and y [n], in -1..1: Pearson's correlation of their ranks, where equal values
/// share the mean of the ranks they take up. 1 when y rises wherever x does, -1 when it falls, NaN when all of x or
/// all of y is one value, which is to say that there is nothing to compare. Throws InputError unless both have the same
/// number of values, at least two, and none is NaN.
double rank_correlation(std::span<const double> x, std::span<const double> y);

struct Spread {
  double mean;
  double deviation;  ///< Standard deviation of the population that the values are drawn from; 0 for one value.
};

/// Mean and standard deviation (with n - 1) of values [n], one per seed. Throws InputError when there are none.
Spread spread_of(std::span<const double> values);

}  // namespace tinymor
