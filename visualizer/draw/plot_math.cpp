#include "visualizer/draw/plot_math.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tinymor {
namespace {

struct Column {
  PlotPoint low, high;
  bool filled = false;

  void add(PlotPoint p) {
    if (!filled || p.y < low.y) low = p;
    if (!filled || p.y > high.y) high = p;
    filled = true;
  }
  void flush(std::vector<PlotPoint>& out) {
    if (!filled) return;
    const bool falling = high.x < low.x;
    out.push_back(falling ? high : low);
    if (low.y != high.y) out.push_back(falling ? low : high);
    filled = false;
  }
};

}  // namespace

std::vector<PlotPoint> decimate(std::span<const double> x, std::span<const double> y, double x_low, double x_high,
                                int columns) {
  std::vector<PlotPoint> out;
  const size_t count = std::min(x.size(), y.size());
  if (!(x_high > x_low) || columns < 1) return out;
  const double scale = columns / (x_high - x_low);
  // One point beyond each edge, so that the line runs on to the border.
  size_t begin = size_t(std::lower_bound(x.begin(), x.begin() + count, x_low) - x.begin());
  size_t end = size_t(std::upper_bound(x.begin(), x.begin() + count, x_high) - x.begin());
  begin -= begin > 0;
  end += end < count;

  Column column;
  int64_t index = 0;
  bool broken = true;
  for (size_t i = begin; i < end; ++i) {
    if (!std::isfinite(y[i]) || !std::isfinite(x[i])) {
      column.flush(out);
      if (!broken) out.push_back({x[i], std::numeric_limits<double>::quiet_NaN()});
      broken = true;
      continue;
    }
    const auto here = int64_t(std::clamp(std::floor((x[i] - x_low) * scale), -1.0, double(columns)));
    if (here != index) column.flush(out);
    index = here;
    column.add({x[i], y[i]});
    broken = false;
  }
  column.flush(out);
  return out;
}

std::vector<double> smooth(std::span<const double> values, double weight) {
  std::vector<double> out;
  out.reserve(values.size());
  double mean = std::numeric_limits<double>::quiet_NaN();
  for (double value : values) {
    if (std::isfinite(value)) mean = std::isnan(mean) ? value : weight * mean + (1 - weight) * value;
    out.push_back(std::isfinite(value) ? mean : value);
  }
  return out;
}

ValueRange range_of(std::span<const double> values, bool positive) {
  ValueRange range;
  for (double value : values) {
    if (!std::isfinite(value) || (positive && value <= 0)) continue;
    range.low = range.empty ? value : std::min(range.low, value);
    range.high = range.empty ? value : std::max(range.high, value);
    range.empty = false;
  }
  return range;
}

void Zoom::show(double place) {
  if (!std::isfinite(place)) return;
  const double wide = width();
  from = std::clamp(place - wide / 2, 0.0, 1 - wide);
  to = from + wide;
}

void Zoom::grow(double before, double now) {
  if (before <= 0 || width() >= 1) return;
  const double seen = std::min(now, width() * before);
  const double last = to * before > before - 0.5 ? now : std::clamp(to * before, seen, now);
  from = (last - seen) / now;
  to = last / now;
}

void Zoom::turn(double notches, double part, double least) {
  if (!std::isfinite(part)) return;
  const double at = from + part * width(), seen = std::clamp(width() * std::pow(0.8, notches), least, 1.0);
  from = std::clamp(at - part * seen, 0.0, 1 - seen);
  to = from + seen;
}

std::vector<double> ticks(double low, double high, int most) {
  std::vector<double> out;
  if (!(high > low) || !std::isfinite(high - low) || most < 1) return out;
  double unit = std::pow(10, std::floor(std::log10((high - low) / most)));
  for (double factor : {1.0, 2.0, 5.0, 10.0, 20.0}) {
    const double step = unit * factor;
    if ((high - low) / step > most) continue;
    // Counted: beyond 2^53 a number plus 1 is itself.
    const double first = std::ceil(low / step);
    for (int i = 0; i <= most && (first + i) * step <= high; ++i) out.push_back((first + i) * step + 0.0);
    break;
  }
  return out;
}

std::vector<double> log_ticks(double low, double high, int most) {
  std::vector<double> out;
  if (!(low > 0) || !(high > low)) return out;
  if (high / low < 8) return ticks(low, high, most);
  for (double power = std::floor(std::log10(low)); power <= std::log10(high); ++power) {
    for (double factor : {1.0, 2.0, 5.0}) {
      const double value = factor * std::pow(10, power);
      if (value >= low && value <= high) out.push_back(value);
    }
  }
  while (int(out.size()) > most && out.size() > 2) {
    for (size_t i = 1; i < out.size(); ++i) out.erase(out.begin() + int64_t(i));
  }
  return out;
}

namespace {

/// What a number of this size is counted in.
std::pair<double, const char*> unit_of(double size) {
  constexpr std::pair<double, const char*> units[] = {{1e18, "E"}, {1e15, "P"}, {1e12, "T"}, {1e9, "G"}, {1e6, "M"}};
  for (const auto& unit : units)
    if (size >= unit.first) return unit;
  return size >= 1e4 ? std::pair(1e3, "k") : std::pair(1.0, "");
}

/// The power of ten that a number begins with; one that rounding has put just below the next counts as that.
int exponent(double size) {
  return int(std::floor(std::log10(size) + 1e-6));
}

}  // namespace

std::string short_number(double value) {
  if (!std::isfinite(value)) return "-";
  if (value == 0) return "0";
  const double size = std::abs(value);
  const auto [unit, letter] = unit_of(size);
  if (unit > 1) return fmt::format("{:.3g}{}", value / unit, letter);
  if (size >= 100 || value == std::floor(value)) return fmt::format("{:.0f}", value);
  if (size >= 0.01) return fmt::format("{:.3g}", value);
  return fmt::format("{:.2g}", value);
}

std::vector<std::string> tick_labels(std::span<const double> ticks) {
  constexpr int digits = 3, most = 17;  // of short_number; behind the point
  double largest = 0;
  for (const double value : ticks) largest = std::max(largest, std::abs(value));
  // How many digits behind the point, in so large a unit, tell a tick from its neighbours.
  const auto needed = [&](size_t i, double unit) {
    double gap = std::numeric_limits<double>::infinity();
    if (i > 0) gap = std::min(gap, ticks[i] - ticks[i - 1]);
    if (i + 1 < ticks.size()) gap = std::min(gap, ticks[i + 1] - ticks[i]);
    return gap > 0 && std::isfinite(gap) ? std::clamp(-exponent(gap / unit), 0, most) : 0;
  };
  const auto short_tells = [&](size_t i) {
    const double size = std::abs(ticks[i]);
    if (size == 0) return true;
    const double unit = unit_of(size).first;
    const int before = exponent(size / unit) + 1;  // digits before the point
    return needed(i, unit) <= std::max(0, digits - before - (size < 0.01));
  };
  bool short_ones = true;
  for (size_t i = 0; i < ticks.size(); ++i) short_ones &= short_tells(i);
  const auto [unit, letter] = unit_of(largest);
  std::vector<std::string> labels;
  for (size_t i = 0; i < ticks.size(); ++i)
    labels.push_back(short_ones || ticks[i] == 0 ? short_number(ticks[i])
                                                 : fmt::format("{:.{}f}{}", ticks[i] / unit, needed(i, unit), letter));
  return labels;
}

std::string decimal(double value, int digits) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : "not a number";
}

std::string percent(double share, int digits) {
  if (!std::isfinite(share)) return "-";
  const double value = 100 * share;
  if (value > 0 && value < 0.5 * std::pow(10, -digits))
    return value < 0.001 ? "under 0.001 %" : fmt::format("{:.1g} %", value);
  return fmt::format("{:.{}f} %", value, digits);
}

}  // namespace tinymor
