#pragma once
// The arithmetic behind the plots: thinning, smoothing, ticks. No drawing.

#include <set>
#include <span>
#include <string>
#include <vector>

namespace tinymor {

struct PlotPoint {
  double x = 0, y = 0;
};

/// At most two points per column of the picture: the smallest and the largest value in it, in the order in which they
/// came, so that no spike is lost. `x` ascends. A run of missing values (not finite) becomes one point with y = NaN.
std::vector<PlotPoint> decimate(std::span<const double> x, std::span<const double> y, double x_low, double x_high,
                                int columns);

/// Exponential moving average that starts at the first value; `weight` is that of the past, [0,1). Missing values are
/// passed through and do not count.
std::vector<double> smooth(std::span<const double> values, double weight);

/// Smallest and largest finite value; with `positive`, of those above 0. {0,1} when there is none.
struct ValueRange {
  double low = 0, high = 1;
  bool empty = true;
};
ValueRange range_of(std::span<const double> values, bool positive = false);

/// The part of something long that is seen, as shares of it.
struct Zoom {
  double from = 0, to = 1;

  double width() const { return to - from; }
  /// By notches of the wheel closer or, negative, farther; what is at `part` (0 to 1) of the visible part stays there.
  /// At least `least` stays visible.
  void turn(double notches, double part, double least);
  /// What it is a part of has `now` parts instead of `before`: the same parts stay visible, or the newest ones if they
  /// were visible before.
  void grow(double before, double now);
  /// Goes on, as close as it is, to where `place` (0 to 1 of the whole) is in the middle, or as near as there is room.
  void show(double place);
};

/// What a person has made of a plot: the part of its x axis that is seen, and the lines that are not.
struct PlotView {
  Zoom zoom;
  std::set<std::string> hidden;
};

/// Round values (1, 2, 5 times a power of ten) inside [low, high], at most `most`.
std::vector<double> ticks(double low, double high, int most);
/// The same for a logarithmic axis.
std::vector<double> log_ticks(double low, double high, int most);

/// "12.5k", "3.1M", "0.0031", "2.4713": as many digits as a person reads off a plot.
std::string short_number(double value);
/// What ticks that ascend are called on their axis: by short_number, or with as many digits as tell each from the next.
std::vector<std::string> tick_labels(std::span<const double> ticks);

/// With `digits` digits after the point; "not a number" where it is none, as a loss of a run that diverged.
std::string decimal(double value, int digits);

/// A share of 1 as "37 %", with `digits` digits after the point; a share above 0 is never written as 0: "0.1 %". "-"
/// where it is not a number.
std::string percent(double share, int digits = 0);

}  // namespace tinymor
