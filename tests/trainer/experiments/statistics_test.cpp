#include "trainer/experiments/statistics.h"

#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.h"
#include "tensor/error.h"

using namespace tinymor;
using Values = std::vector<double>;

TEST_CASE("the rank correlation is 1 where both rise together, whatever the scale, and -1 where one falls") {
  CHECK(rank_correlation(Values{1, 2, 3, 4}, Values{10, 100, 1000, 1e9}) == Approx(1));
  CHECK(rank_correlation(Values{4, 1, 3, 2}, Values{-4, -1, -3, -2}) == Approx(-1));
  CHECK(rank_correlation(Values{0, 1}, Values{0, std::numeric_limits<double>::infinity()}) == Approx(1));
}

TEST_CASE("without ties the rank correlation is 1 - 6 sum d^2 / (n (n^2 - 1))") {
  // d = -1, 1, -1, 1, 0, so 1 - 6 * 4 / (5 * 24)
  CHECK(rank_correlation(Values{1, 2, 3, 4, 5}, Values{20, 10, 40, 30, 50}) == Approx(0.8));
  // d = 2, -1, -1, so 1 - 6 * 6 / (3 * 8)
  CHECK(rank_correlation(Values{3, 1, 2}, Values{1, 2, 3}) == Approx(-0.5));
}

TEST_CASE("equal values share the mean of their ranks") {
  // Ranks 1, 2.5, 2.5, 4 and 4, 1, 2.5, 2.5: -2.25 / sqrt(4.5 * 4.5).
  CHECK(rank_correlation(Values{1, 2, 2, 3}, Values{4, 1, 3, 3}) == Approx(-0.5));
  // Ranks 2, 2, 2, 4 and 1, 2, 3, 4: 3 / sqrt(3 * 5).
  CHECK(rank_correlation(Values{0, 0, 0, 7}, Values{1, 2, 3, 4}) == Approx(3 / std::sqrt(15.0)));
  // Ranks 4, 1.5, 5, 1.5, 6, 8, 3, 7 and 3.5, 5, 1.5, 7, 3.5, 7, 1.5, 7.
  CHECK(rank_correlation(Values{3, 1, 4, 1, 5, 9, 2, 6}, Values{2, 7, 1, 8, 2, 8, 1, 8}) ==
        Approx(8 / std::sqrt(41.5 * 39)));
}

TEST_CASE("the rank correlation is the same both ways round and in any order of the pairs") {
  const double rho = rank_correlation(Values{3, 1, 4, 1}, Values{2, 7, 1, 8});
  CHECK(rank_correlation(Values{2, 7, 1, 8}, Values{3, 1, 4, 1}) == Approx(rho));
  CHECK(rank_correlation(Values{1, 4, 1, 3}, Values{8, 1, 7, 2}) == Approx(rho));
}

TEST_CASE("where one side is all one value there is no rank correlation") {
  CHECK(std::isnan(rank_correlation(Values{2, 2, 2}, Values{1, 2, 3})));
  CHECK(std::isnan(rank_correlation(Values{1, 2}, Values{5, 5})));
}

TEST_CASE("values that cannot be ranked in pairs are refused") {
  CHECK_THROWS_AS(rank_correlation(Values{1, 2, 3}, Values{1, 2}), InputError);
  CHECK_THROWS_WITH(rank_correlation(Values{1}, Values{1}), ContainsSubstring("two or more"));
  CHECK_THROWS_WITH(rank_correlation(Values{1, std::nan("")}, Values{1, 2}), ContainsSubstring("NaN"));
}

TEST_CASE("the mean of some seeds, and their standard deviation with n - 1") {
  const Spread eight = spread_of(Values{2, 4, 4, 4, 5, 5, 7, 9});
  CHECK(eight.mean == Approx(5));
  CHECK(eight.deviation == Approx(std::sqrt(32.0 / 7)));
  const Spread far = spread_of(Values{1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16});  // sums of squares would lose this
  CHECK(far.mean == Approx(1e9 + 10));
  CHECK(far.deviation == Approx(std::sqrt(30.0)));
  CHECK(spread_of(Values{3.5}).mean == 3.5);
  CHECK(spread_of(Values{3.5}).deviation == 0);
  CHECK_THROWS_AS(spread_of({}), InputError);
}
