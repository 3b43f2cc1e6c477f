#include "visualizer/draw/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "visualizer/draw/glossary.h"

namespace tinymor {

using ui::colors::dim;
using ui::colors::faint;
using ui::colors::line;

// The drawing area and how numbers map into it.
struct Plot::Axes {
  Box area;
  double x_low = 0, x_high = 1, y_low = 0, y_high = 1;  // of y's logarithm on a logarithmic axis
  std::vector<double> y_ticks = {};
  std::vector<std::string> y_labels = {};  // of them
  bool log_y = false, empty = true;

  float x(double v) const { return area.min.x + float((v - x_low) / (x_high - x_low)) * area.width(); }
  float y(double v) const {
    const double value = log_y ? std::log10(v) : v;
    const double part = std::clamp((value - y_low) / (y_high - y_low), -1.0, 2.0);
    return area.max.y - float(part) * area.height();
  }
  /// The ascending numbers that are between the ends.
  std::span<const double> range(const std::vector<double>& x) const {
    const auto begin = std::lower_bound(x.begin(), x.end(), x_low), end = std::upper_bound(begin, x.end(), x_high);
    return {x.data() + (begin - x.begin()), size_t(end - begin)};
  }
  /// A line is merged into this many columns: more than one in two pixels is not seen, and without a graphics card they
  /// are slow to draw.
  int columns() const { return std::max(1, int(area.width() / 2)); }
  bool drawable(double v) const { return std::isfinite(v) && (!log_y || v > 0); }
};

namespace {

/// The line in pieces, by its dash.
void draw_dashed(Canvas& canvas, const std::vector<ImVec2>& points, Dash dash, ImU32 color, float thickness) {
  if (dash == Dash::none) return canvas.polyline(points, color, thickness);
  const float em = ui::em(), lengths[] = {em * (dash == Dash::dashes ? 0.7f : 0.18f), em * 0.35f};  // drawn, left out
  std::vector<ImVec2> piece;
  bool gap = false;
  float left = lengths[0];
  for (size_t i = 0; i + 1 < points.size(); ++i) {
    ImVec2 from = points[i];
    const ImVec2 to = points[i + 1];
    for (float rest = std::hypot(to.x - from.x, to.y - from.y); rest > 0;) {
      const float part = std::min(1.0f, left / rest);
      const ImVec2 at{from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part};
      if (piece.empty()) piece.push_back(from);
      piece.push_back(at);
      left -= rest * part;
      rest -= rest * part;
      from = at;
      if (part == 1 && left > 0) break;
      if (!gap) canvas.polyline(piece, color, thickness);
      piece.clear();
      gap = !gap;
      left = lengths[gap];
      if (part == 1) break;
    }
  }
  if (!gap && piece.size() > 1) canvas.polyline(piece, color, thickness);
}

}  // namespace

void draw_sample(Canvas& canvas, ImVec2 left, Color color, Dash dash) {
  const float em = ui::em();
  draw_dashed(canvas, {left, {left.x + em, left.y}}, dash, ui::u32(color), em * 0.2f);
}

namespace {

void set_hidden(std::set<std::string>& hidden, const std::string& name, bool hide) {
  if (hide)
    hidden.insert(name);
  else
    hidden.erase(name);
}

}  // namespace

void zoom_by_mouse(Zoom& zoom, double part, double least) {
  if (!ImGui::IsItemHovered()) return;
  if (const float wheel = ImGui::GetIO().MouseWheel; wheel != 0) zoom.turn(wheel, part, least);
  if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) zoom = {};
}

std::string zoom_text(const Zoom& zoom, const std::string& what, const std::string& from, const std::string& to,
                      const std::string& all, float width) {
  if (zoom.width() >= 1) return "";
  const std::string part = fmt::format("{} to {} of {}", from, to, all);
  for (const std::string& text :
       {what + " " + part + " \u00b7 show all", part + " \u00b7 all", std::string("show all")})
    if (zoom_box(text, {0, 0}).width() <= width) return text;
  return "";
}

Box zoom_box(const std::string& text, ImVec2 corner) {
  const ImVec2 size = text_size(text, ui::Font::small);
  return {{corner.x - size.x - ui::em() * 0.8f, corner.y}, {corner.x, corner.y + size.y + ui::em() * 0.1f}};
}

void zoom_chip(Canvas& canvas, const std::string& name, const Box& box, const std::string& text, Zoom& zoom) {
  if (text.empty()) return;
  ImGui::SetCursorScreenPos(box.min);
  const bool pressed = ui::area(name + ".all", {box.width(), box.height()});
  const Color ground = ImGui::IsItemHovered() ? ui::colors::active : ui::colors::hovered;
  canvas.rect(box, ui::u32(ground), ui::em() * 0.2f);
  text_centered(canvas, box.center(), ui::u32(ui::colors::text), text, ui::Font::small);
  ui::hint("Only a part is seen: the wheel looks closer, a double click shows all");
  if (pressed) zoom = {};
}

void Plot::draw(Canvas& canvas, const Box& box, const std::vector<PlotSeries>& series, const PlotOptions& options,
                PlotView& state) {
  hovered_x_.reset();
  clicked_x_.reset();
  const Box below = options.small ? box : legend(canvas, box, series, state.hidden);
  if (below.width() < ui::em() * 4 || below.height() < ui::em() * 2) return;
  Lines seen;
  for (const PlotSeries& one : series)
    if (!state.hidden.contains(one.name)) seen.push_back(&one);
  const Axes view = axes(below, seen, state.zoom, options);
  grid(canvas, view, options);
  if (view.empty) {
    text_centered(canvas, view.area.center(), ui::u32(faint), "no values yet", ui::Font::small);
    return;
  }
  canvas.push_clip(view.area.inset(-1, -1));
  const auto mark = [&](std::optional<double> at, Color color) {
    if (at) canvas.line({view.x(*at), view.area.min.y}, {view.x(*at), view.area.max.y}, ui::u32(color, 0.8), 1.5f);
  };
  mark(options.marker_b, options.marker_b_color);
  mark(options.marker, options.marker_color);
  for (const PlotSeries* one : seen) lines(canvas, view, *one);
  canvas.pop_clip();
  if (!options.small) {
    const float right = zoomed(canvas, view, state.zoom, options);
    if (options.y_name.empty()) counts(canvas, view, seen, right);
  }
  interact(canvas, view, state.zoom);
  crosshair(canvas, view, seen, options);
}

// Says that a part is seen; returns how far to the right there is room left beside it.
float Plot::zoomed(Canvas& canvas, const Axes& view, Zoom& zoom, const PlotOptions& options) const {
  const auto number = [&](double x) { return options.x_unit == "step" ? fmt::format("{:.0f}", x) : short_number(x); };
  const std::string text = zoom_text(zoom, options.x_unit, number(view.x_low), number(view.x_high),
                                     number(view.x_high / zoom.to), view.area.width());
  if (text.empty()) return view.area.max.x;
  const Box box = zoom_box(text, {view.area.max.x, view.area.min.y});
  zoom_chip(canvas, name_, box, text, zoom);
  return box.min.x - ui::em();
}

// How many values there are in what is seen, and what became of them where they are more than pixels.
void Plot::counts(Canvas& canvas, const Axes& view, const Lines& seen, float right) const {
  size_t values = 0;
  bool merged = false;
  for (const PlotSeries* one : seen) {
    const size_t count = view.range(one->x).size();
    values += count;
    merged |= count > 2 * size_t(view.columns());
  }
  const std::string text =
      fmt::format("{} values{}", values, merged ? ", of every two pixels the lowest and the highest" : "");
  const ImVec2 size = text_size(text, ui::Font::small);
  if (size.x >= right - view.area.min.x) return;
  float top = view.area.min.y;
  for (const double tick : view.y_ticks)  // not over a line of the grid
    if (const float y = view.y(tick); y > top - 1 && y < top + size.y) top = std::max(top, y + 2);
  text_right(canvas, {right, top}, ui::u32(faint), text, ui::Font::small);
}

// A row of clickable names; returns what is left below it.
Box Plot::legend(Canvas& canvas, const Box& box, const std::vector<PlotSeries>& series,
                 std::set<std::string>& hidden) const {
  const float em = ui::em(), row = em * 1.5f;
  // Where long names would leave too little room for the lines, they are shortened.
  float longest = em * 24;
  const auto height = [&] {
    float x = 0, y = row;
    for (size_t i = 0; i < series.size(); ++i) {
      if (i > 0 && series[i].name == series[i - 1].name) continue;
      const float width = em * 2.6f + std::min(longest, text_size(series[i].name, ui::Font::small).x);
      if (x > 0 && x + width - em > box.width()) x = 0, y += row;
      x += width;
    }
    return y;
  };
  while (longest > em * 5 && height() > box.height() * 0.4f) longest -= em;
  ImVec2 at = box.min;
  for (size_t i = 0; i < series.size(); ++i) {
    const PlotSeries& one = series[i];
    if (i > 0 && one.name == series[i - 1].name) continue;
    const std::string name = fitted(one.name, std::min(longest, box.width() - em * 1.6f), ui::Font::small);
    const float width = em * 1.6f + text_size(name, ui::Font::small).x;
    if (at.x + width > box.max.x && at.x > box.min.x) at = {box.min.x, at.y + row};
    const bool off = hidden.contains(one.name);
    const float middle = at.y + row / 2;
    draw_sample(canvas, {at.x, middle}, off ? line : one.color, one.dash);
    canvas.text({at.x + em * 1.3f, middle - text_size("x", ui::Font::small).y / 2}, ui::u32(off ? faint : dim), name,
                ui::Font::small);
    ImGui::SetCursorScreenPos(at);
    if (ui::area(name_ + "." + one.name, {width, row})) set_hidden(hidden, one.name, !off);
    ui::hint(((off ? "Show " : "Hide ") + one.name).c_str());
    at.x += width + em;
  }
  return {{box.min.x, at.y + row + em * 0.3f}, box.max};
}

Plot::Axes Plot::axes(const Box& box, const Lines& seen, const Zoom& zoom, const PlotOptions& options) const {
  const float em = ui::em();
  Axes view;
  view.log_y = options.log_y;
  double x_high = 1, low = 0, high = 1;
  for (const PlotSeries* one : seen)
    if (const ValueRange x = range_of(one->x); !x.empty) x_high = std::max(x_high, x.high);
  view.x_low = zoom.from * x_high;
  view.x_high = zoom.to * x_high;
  for (const PlotSeries* one : seen) {
    const std::vector<double>& values = one->ghost.empty() ? one->y : one->ghost;
    if (one->x.size() > values.size()) continue;  // of a damaged recording
    const auto inside = view.range(one->x);
    const ValueRange y =
        range_of(std::span(values).subspan(size_t(inside.data() - one->x.data()), inside.size()), options.log_y);
    if (y.empty) continue;
    low = view.empty ? y.low : std::min(low, y.low);
    high = view.empty ? y.high : std::max(high, y.high);
    view.empty = false;
  }
  if (view.log_y && !view.empty) {
    low = std::log10(low);
    high = std::log10(high);
  }
  if (options.from_zero && !view.log_y) low = std::min(low, 0.0);
  if (!(high - low > 1e-12 * std::max(1.0, std::abs(high)))) {
    low -= 0.5;
    high += 0.5;
  }
  const double margin = (high - low) * 0.06;
  view.y_low = options.from_zero && low == 0 ? 0 : low - margin;
  view.y_high = high + margin;
  const float bottom = options.small ? em * 0.2f : em * 1.4f;
  const int rows = std::clamp(int((box.height() - bottom) / (em * 1.4f)), 2, 8);
  view.y_ticks = view.log_y ? log_ticks(std::pow(10, view.y_low), std::pow(10, view.y_high), rows)
                            : ticks(view.y_low, view.y_high, rows);
  view.y_labels = tick_labels(view.y_ticks);
  float left = options.small ? em * 2.7f : em * 3.0f;
  for (const std::string& label : view.y_labels) left = std::max(left, text_size(label, ui::Font::small).x + em * 0.4f);
  const float top = options.y_name.empty() ? 0 : text_size("x", ui::Font::small).y + em * 0.4f;
  view.area = {{box.min.x + left, box.min.y + top}, {box.max.x - em * 0.4f, box.max.y - bottom}};
  return view;
}

void Plot::grid(Canvas& canvas, const Axes& view, const PlotOptions& options) const {
  const float em = ui::em();
  const ImVec2 letter = text_size("0", ui::Font::small);
  for (size_t i = 0; i < view.y_ticks.size(); ++i) {
    const float y = view.y(view.y_ticks[i]);
    canvas.line({view.area.min.x, y}, {view.area.max.x, y}, ui::u32(line, 0.7), 1);
    text_right(canvas, {view.area.min.x - em * 0.4f, y - letter.y / 2}, ui::u32(faint), view.y_labels[i],
               ui::Font::small);
  }
  canvas.line({view.area.min.x, view.area.max.y}, {view.area.max.x, view.area.max.y}, ui::u32(line), 1);
  if (options.small) return;
  if (!options.y_name.empty())
    ui::fitted_text(canvas, {view.area.min.x, view.area.min.y - letter.y - em * 0.4f}, ui::u32(dim), options.y_name,
                    view.area.width(), ui::Font::small);
  const float label_y = view.area.max.y + em * 0.25f;
  const float unit_x = view.area.max.x - text_size(options.x_unit, ui::Font::small).x;
  const auto x_ticks = ticks(view.x_low, view.x_high, std::clamp(int(view.area.width() / (em * 4)), 2, 10));
  const std::vector<std::string> x_labels = tick_labels(x_ticks);
  for (size_t i = 0; i < x_ticks.size(); ++i) {
    const float half = text_size(x_labels[i], ui::Font::small).x / 2, x = view.x(x_ticks[i]);
    if (x + half + em < unit_x) canvas.text({x - half, label_y}, ui::u32(faint), x_labels[i], ui::Font::small);
  }
  canvas.text({unit_x, label_y}, ui::u32(faint), options.x_unit, ui::Font::small);
}

void Plot::lines(Canvas& canvas, const Axes& view, const PlotSeries& series) const {
  const float em = ui::em();
  const int columns = view.columns();
  const auto draw_line = [&](const std::vector<double>& y, double alpha, float thickness) {
    std::vector<ImVec2> run;
    const auto flush = [&] {
      draw_dashed(canvas, run, series.dash, ui::u32(series.color, alpha), thickness);
      run.clear();
    };
    for (const PlotPoint& p : decimate(series.x, y, view.x_low, view.x_high, columns)) {
      if (view.drawable(p.y))
        run.push_back({view.x(p.x), view.y(p.y)});
      else
        flush();
    }
    flush();
  };
  if (!series.ghost.empty()) draw_line(series.ghost, 0.25, 1);
  const float breadth = series.broad ? 2.5f : 1;
  draw_line(series.y, 1, std::max(1.5f, em * 0.12f) * breadth);
  if (!series.dots) return;
  for (size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
    if (view.drawable(series.y[i])) {
      canvas.circle({view.x(series.x[i]), view.y(series.y[i])}, em * 0.18f * (series.broad ? 1.7f : 1),
                    ui::u32(series.color));
    }
  }
}

void Plot::interact(Canvas& canvas, const Axes& view, Zoom& zoom) {
  ImGui::SetCursorScreenPos(view.area.min);
  const bool clicked = ImGui::InvisibleButton(name_.c_str(), {view.area.width(), view.area.height()});
  ui::tag(name_ + ".area");
  const double part = (ImGui::GetIO().MousePos.x - view.area.min.x) / view.area.width();
  if (drag_from_) drag(canvas, view, std::clamp(part, 0.0, 1.0), zoom);
  if (!ImGui::IsItemHovered()) return;
  if (ImGui::IsMouseClicked(ImGuiMouseButton_Right)) drag_from_ = part;
  hovered_x_ = view.x_low + std::clamp(part, 0.0, 1.0) * (view.x_high - view.x_low);
  if (clicked) clicked_x_ = hovered_x_;
  zoom_by_mouse(zoom, part, 0.01);
}

void Plot::drag(Canvas& canvas, const Axes& view, double to, Zoom& zoom) {
  const auto [low, high] = std::minmax(*drag_from_, to);
  const auto x = [&](double part) { return view.area.min.x + float(part) * view.area.width(); };
  canvas.rect({{x(low), view.area.min.y}, {x(high), view.area.max.y}}, ui::u32(ui::colors::accent, 0.25));
  if (ImGui::IsMouseDown(ImGuiMouseButton_Right)) return;
  drag_from_.reset();
  constexpr double least = 0.01;  // less is a click
  if ((high - low) * zoom.width() > least) zoom = {zoom.from + low * zoom.width(), zoom.from + high * zoom.width()};
}

namespace {

/// "step 1250", "FLOPs 1.2G"; steps are counted, all else is read off an axis.
std::string place_text(const PlotOptions& options, double x) {
  return options.x_unit + " " + (options.x_unit == "step" ? fmt::format("{:.0f}", x) : short_number(std::round(x)));
}

/// The index of the line's value that is nearest to x.
std::optional<size_t> nearest(const PlotSeries& line, double x) {
  if (line.x.empty() || line.y.size() < line.x.size()) return {};
  const auto after = std::lower_bound(line.x.begin(), line.x.end(), x);
  const size_t i = std::min(size_t(after - line.x.begin()), line.x.size() - 1);
  return i > 0 && x - line.x[i - 1] < line.x[i] - x ? i - 1 : i;
}

}  // namespace

std::string reading(const PlotSeries& line, double x, const PlotOptions& options) {
  const auto i = nearest(line, x);
  if (!i) return "";
  const std::string place = place_text(options, line.x[*i]);
  const bool elsewhere = line.dots || place != place_text(options, std::round(x));
  return fmt::format("{}  {:.4g}{}{}{}", line.what.empty() ? line.name : line.name + ": " + line.what, line.y[*i],
                     options.y_unit.empty() ? "" : " ", options.y_unit, elsewhere ? " at " + place : "");
}

void Plot::crosshair(Canvas& canvas, const Axes& view, const Lines& seen, const PlotOptions& options) const {
  if (!hovered_x_) return;
  const float x = view.x(*hovered_x_);
  canvas.line({x, view.area.min.y}, {x, view.area.max.y}, ui::u32(dim, 0.5), 1);
  if (!ui::begin_tooltip()) return;
  const DataScope no_terms;
  ui::label(place_text(options, std::round(*hovered_x_)), dim, ui::Font::small);
  for (const PlotSeries* one : seen) {
    const auto i = nearest(*one, *hovered_x_);
    if (!i || !view.drawable(one->y[*i])) continue;
    canvas.circle({view.x(one->x[*i]), view.y(one->y[*i])}, ui::em() * 0.22f, ui::u32(one->color));
    ui::label(reading(*one, *hovered_x_, options), one->color, ui::Font::small);
  }
  if (!options.hint.empty()) ui::label(options.hint, faint, ui::Font::small);
  ImGui::EndTooltip();
}

}  // namespace tinymor
