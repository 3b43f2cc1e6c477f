#include "mor/whole.h"

#include <limits>

#include "support/catch.h"

using namespace tinymor;

TEST_CASE("every number, infinite ones and NaN included, becomes a whole number within bounds") {
  constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  struct Case {
    double value;
    int is;
  };
  for (const Case& c : {Case{3.99, 3}, Case{0, 0}, Case{-0.5, 0}, Case{31, 31}, Case{31.5, 31}, Case{1e300, 31},
                        Case{-1e300, 0}, Case{infinity, 31}, Case{-infinity, 0}, Case{nan, 0}}) {
    CAPTURE(c.value);
    CHECK(whole(c.value, 0, 31) == c.is);
  }
  CHECK(whole(nan, -5, 5) == -5);
  CHECK(whole(-2.5, -5, 5) == -2);
}

TEST_CASE("a share becomes the nearest of 256 levels") {
  CHECK(int(level_of(0)) == 0);
  CHECK(int(level_of(1)) == 255);
  CHECK(int(level_of(0.5)) == 128);
  CHECK(int(level_of(1.49 / 255)) == 1);
  CHECK(int(level_of(2)) == 255);
  CHECK(int(level_of(-1)) == 0);
  CHECK(int(level_of(std::numeric_limits<double>::quiet_NaN())) == 0);
}
