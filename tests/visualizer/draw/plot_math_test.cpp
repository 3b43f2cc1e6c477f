#include "visualizer/draw/plot_math.h"

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "support/catch.h"

using namespace tinymor;

namespace {
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

std::vector<double> counting(int n) {
  std::vector<double> out;
  for (int i = 0; i < n; ++i) out.push_back(i);
  return out;
}
}  // namespace

TEST_CASE("thinning keeps every spike and draws at most two points per column") {
  const int n = 100000;
  std::vector<double> y(n, 1.0);
  y[31415] = 99;
  y[27182] = -99;
  const auto points = decimate(counting(n), y, 0, n, 300);
  CHECK(points.size() <= 2 * 301);
  double low = 0, high = 0;
  for (const PlotPoint& p : points) low = std::min(low, p.y), high = std::max(high, p.y);
  CHECK(low == -99);
  CHECK(high == 99);
}

TEST_CASE("thinning leaves few points as they are, in order") {
  const std::vector<double> x = {1, 2, 3}, y = {5, 4, 6};
  const auto points = decimate(x, y, 1, 3, 1000);
  REQUIRE(points.size() == 3);
  for (int i = 0; i < 3; ++i) {
    CHECK(points[i].x == x[i]);
    CHECK(points[i].y == y[i]);
  }
}

TEST_CASE("missing values break the line once and never become a point") {
  const auto points =
      decimate(counting(7), std::vector<double>{missing, 1, missing, missing, 2, missing, INFINITY}, 0, 6, 100);
  std::vector<double> ys;
  for (const PlotPoint& p : points) ys.push_back(p.y);
  REQUIRE(ys.size() == 4);
  CHECK(ys[0] == 1);
  CHECK(std::isnan(ys[1]));
  CHECK(ys[2] == 2);
  CHECK(std::isnan(ys[3]));
}

TEST_CASE("thinning an empty series or an empty range gives nothing") {
  CHECK(decimate({}, {}, 0, 1, 10).empty());
  CHECK(decimate(counting(3), counting(3), 2, 2, 10).empty());
  CHECK(decimate(counting(3), counting(3), 0, 2, 0).empty());
}

TEST_CASE("a zoomed line runs on to the border") {
  const auto points = decimate(counting(10), counting(10), 3.5, 5.5, 100);
  REQUIRE(points.size() == 4);
  CHECK(points.front().x == 3);
  CHECK(points.back().x == 6);
}

TEST_CASE("smoothing starts at the first value and passes over missing ones") {
  const auto out = smooth(std::vector<double>{missing, 2, missing, 4}, 0.5);
  CHECK(std::isnan(out[0]));
  CHECK(out[1] == 2);
  CHECK(std::isnan(out[2]));
  CHECK(out[3] == 3);
}

TEST_CASE("the range of values ignores what is not finite") {
  const ValueRange range = range_of(std::vector<double>{missing, 3, -INFINITY, -2, INFINITY});
  CHECK_FALSE(range.empty);
  CHECK(range.low == -2);
  CHECK(range.high == 3);
  CHECK(range_of(std::vector<double>{missing}).empty);
  CHECK(range_of(std::vector<double>{-5, 0, 7}, true).low == 7);
}

TEST_CASE("ticks are round, inside the range and not too many") {
  CHECK(ticks(0, 10, 5) == std::vector<double>{0, 2, 4, 6, 8, 10});
  for (double value : ticks(0.013, 0.092, 4)) {
    CHECK(value >= 0.013);
    CHECK(value <= 0.092);
  }
  CHECK(ticks(5, 5, 4).empty());
  CHECK(ticks(-1e300, 1e300, 4).size() <= 6);
  CHECK(ticks(0, INFINITY, 4).empty());
  CHECK(ticks(1e17, 1e17 + 16, 4).size() <= 5);  // where a number plus 1 is itself
}

TEST_CASE("places that are no numbers are left out of a line, and far ones fall beyond its edge") {
  const std::vector<double> x = {0, missing, 2, INFINITY, 1e300}, y = {1, 2, 3, 4, 5};
  for (const PlotPoint& p : decimate(x, y, 0, 3, 10)) CHECK((std::isnan(p.y) || p.x <= 1e300));
  Zoom zoom;
  zoom.turn(3, missing, 0.1);
  CHECK(zoom.width() == 1);
}

TEST_CASE("logarithmic ticks are powers of ten where there are many") {
  CHECK(log_ticks(0.5, 2000, 4).size() <= 4);
  CHECK(log_ticks(-1, 10, 4).empty());
}

TEST_CASE("numbers are short enough for an axis") {
  CHECK(short_number(12500) == "12.5k");
  CHECK(short_number(3100000) == "3.1M");
  CHECK(short_number(0.0031) == "0.0031");
  CHECK(short_number(-0.0) == "0");
  CHECK(short_number(2) == "2");
  CHECK(short_number(missing) == "-");
}

TEST_CASE("the labels of an axis tell each tick from the next") {
  const auto labels = [](double low, double high, int most) { return tick_labels(ticks(low, high, most)); };
  using Labels = std::vector<std::string>;
  CHECK(labels(0, 10, 5) == Labels{"0", "2", "4", "6", "8", "10"});
  CHECK(labels(0.44, 0.61, 4) == Labels{"0.45", "0.5", "0.55", "0.6"});
  CHECK(labels(6.914, 6.926, 4) == Labels{"6.915", "6.920", "6.925"});
  CHECK(labels(-0.02012, -0.01993, 4) == Labels{"-0.02010", "-0.02005", "-0.02000", "-0.01995"});
  CHECK(labels(1000000, 1000500, 3) == Labels{"1.0000M", "1.0002M", "1.0004M"});
  CHECK(labels(9990, 10010, 2) == Labels{"9.99k", "10.00k", "10.01k"});
  CHECK(tick_labels(log_ticks(0.1, 10000, 6)) == Labels{"0.1", "2", "50", "1000"});
  for (const double low : {1e-9, 0.003, 0.7, 6.9, 99.9, 1234.5, 99999.0, 1e7, 1e12})
    for (const double part : {1e-1, 1e-2, 1e-3, 1e-4, 1e-5}) {
      CAPTURE(low, part);
      const Labels all = labels(low, low * (1 + part), 8);
      CHECK(all.size() >= 2);
      CHECK(std::set<std::string>(all.begin(), all.end()).size() == all.size());
    }
  CHECK(tick_labels({}).empty());
}

TEST_CASE("a share that is not nothing is never written as 0 %") {
  CHECK(percent(0) == "0 %");
  CHECK(percent(1.0 / 1024) == "0.1 %");
  CHECK(percent(0.00004) == "0.004 %");
  CHECK(percent(1e-9) == "under 0.001 %");
  CHECK(percent(0.006) == "1 %");
  CHECK(percent(0.37) == "37 %");
  CHECK(percent(1) == "100 %");
  CHECK(percent(0.0004, 1) == "0.04 %");
  CHECK(percent(0.3712, 1) == "37.1 %");
  CHECK(percent(missing) == "-");
  CHECK(decimal(2.0456, 2) == "2.05");
  CHECK(decimal(missing, 2) == "not a number");
}
