#include "visualizer/panels/depth_pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "visualizer/draw/ui.h"

namespace tinymor {
namespace {

constexpr size_t most_dots = 1200, worst = 10;

/// A well with numbers on both axes.
struct Chart {
  Box area;
  double left, right, low, high;
  bool log_y = false;

  float x(double value) const { return area.min.x + area.width() * float((value - left) / (right - left)); }
  float y(double value) const {
    const double part = log_y ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
    return area.max.y - area.height() * float(part);
  }
};

/// `box` without the room of the numbers below and beside it.
Box inside_axes(const Box& box) {
  return {{box.min.x + ui::em() * 2.6f, box.min.y},
          {box.max.x, std::max(box.min.y + 1, box.max.y - text_size("0", ui::Font::small).y)}};
}

void draw_axes(Canvas& canvas, const Chart& chart) {
  const float em = ui::em(), letter = text_size("0", ui::Font::small).y;
  const auto rows = std::max(2, int(chart.area.height() / (em * 2)));
  canvas.rect(chart.area, ui::u32(ui::colors::well));
  const std::vector<double> up =
      chart.log_y ? log_ticks(chart.low, chart.high, rows) : ticks(chart.low, chart.high, rows);
  const std::vector<std::string> up_labels = tick_labels(up);
  for (size_t i = 0; i < up.size(); ++i) {
    const float y = chart.y(up[i]);
    canvas.line({chart.area.min.x, y}, {chart.area.max.x, y}, ui::u32(ui::colors::line), 1);
    text_right(canvas, {chart.area.min.x - em * 0.3f, y - letter / 2}, ui::u32(ui::colors::dim), up_labels[i],
               ui::Font::small);
  }
  const std::vector<double> across = ticks(chart.left, chart.right, std::max(2, int(chart.area.width() / (em * 3.5f))));
  const std::vector<std::string> across_labels = tick_labels(across);
  for (size_t i = 0; i < across.size(); ++i) {
    const float x = chart.x(across[i]), half = text_size(across_labels[i], ui::Font::small).x / 2;
    canvas.line({x, chart.area.min.y}, {x, chart.area.max.y}, ui::u32(ui::colors::line), 1);
    const float at = std::clamp(x - half, chart.area.min.x, std::max(chart.area.min.x, chart.area.max.x - 2 * half));
    canvas.text({at, chart.area.max.y}, ui::u32(ui::colors::dim), across_labels[i], ui::Font::small);
  }
}

float distance(ImVec2 a, ImVec2 b) {
  return std::hypot(a.x - b.x, a.y - b.y);
}

/// One of the two clouds.
struct Cloud {
  const char *title, *what;
  const std::vector<Misjudged>& tokens;
};

std::string title_of(const Cloud& cloud, const DepthShown& shown) {
  return fmt::format("{}: {} ({})", cloud.title, cloud.tokens.size(),
                     percent(double(cloud.tokens.size()) / std::max<double>(1, double(shown.whole.tokens)), 1));
}

std::string words_of(const Cloud& cloud, const DepthShown& shown, const Misjudged& one) {
  const SurveyedToken& token = shown.depths.tokens[size_t(one.token)];
  return fmt::format("{:.2f} nats {} \u00b7 score {:.2f}\n{}\n{}", one.nats, cloud.what, one.score, token_words(token),
                     context_of(shown.depths, token.text, token.position, 12));
}

/// Draws the dots; returns the one under the mouse.
const Misjudged* draw_dots(Canvas& canvas, const Chart& chart, const Cloud& cloud, const DepthShown& shown,
                           bool hovered) {
  const float em = ui::em();
  const Misjudged* nearest = nullptr;
  float least = em * 0.8f;
  const auto place = [&](const Misjudged& one) { return ImVec2(chart.x(one.score), chart.y(one.nats)); };
  for (size_t i = 0; i < std::min(most_dots, cloud.tokens.size()); ++i) {
    const Misjudged& one = cloud.tokens[i];
    canvas.circle(place(one), em * 0.18f, ui::u32(depth_color(shown.depths.tokens[size_t(one.token)].depth), 0.8));
    const float away = hovered ? distance(place(one), ImGui::GetIO().MousePos) : least;
    if (away >= least) continue;
    least = away;
    nearest = &one;
  }
  if (nearest) canvas.circle(place(*nearest), em * 0.32f, ui::u32(ui::colors::text));
  return nearest;
}

void draw_worst(Canvas& canvas, const Box& box, int number, AppState& state, const DepthShown& shown,
                const Cloud& cloud) {
  const DataScope data;
  const float em = ui::em(), row = em * 1.15f;
  float y = box.min.y;
  for (size_t i = 0; i < std::min(worst, cloud.tokens.size()) && y + row <= box.max.y; ++i, y += row) {
    const Misjudged& one = cloud.tokens[i];
    const SurveyedToken& token = shown.depths.tokens[size_t(one.token)];
    ImGui::SetCursorScreenPos({box.min.x, y});
    if (ui::area(fmt::format("depth.worst.{}", size_t(number) * worst + i), {box.width(), row}))
      show_example(state, shown.depths, token);
    if (ImGui::IsItemHovered()) {
      canvas.rect({{box.min.x, y}, {box.max.x, y + row}}, ui::u32(ui::colors::control), em * 0.2f);
      ui::tooltip(words_of(cloud, shown, one), ui::colors::text, em * 30);
    }
    const std::string nats = fmt::format("{:.2f}", one.nats);
    canvas.text({box.min.x, y}, ui::u32(ui::colors::dim), nats, ui::Font::small);
    ui::fitted_text(canvas, {box.min.x + em * 2.4f, y}, ui::u32(ui::colors::text),
                    context_of(shown.depths, token.text, token.position, 3), box.width() - em * 2.4f, ui::Font::small);
  }
}

void draw_cloud(Canvas& canvas, const Box& box, int number, AppState& state, const DepthShown& shown,
                const Cloud& cloud, Chart chart) {
  const float em = ui::em(), title = em * 1.6f;
  const float list = box.height() > em * 10 ? std::min(em * 1.15f * worst + em * 0.3f, box.height() * 0.5f) : 0;
  ui::fitted_text(canvas, box.min, ui::u32(ui::colors::text),
                  {title_of(cloud, shown) + " \u00b7 nats over score", title_of(cloud, shown), cloud.title},
                  box.width(), ui::Font::small);
  chart.area = inside_axes({{box.min.x, box.min.y + title}, {box.max.x, box.max.y - list}});
  draw_axes(canvas, chart);
  ImGui::SetCursorScreenPos(chart.area.min);
  const bool pressed = ui::area(fmt::format("depth.dots.{}", number),
                                {std::max(1.0f, chart.area.width()), std::max(1.0f, chart.area.height())});
  const bool hovered = ImGui::IsItemHovered();
  const Misjudged* one = draw_dots(canvas, chart, cloud, shown, hovered);
  // A key presses the worst one.
  if (pressed && !one && !hovered && !cloud.tokens.empty()) one = &cloud.tokens.front();
  if (one && hovered) ui::tooltip(words_of(cloud, shown, *one), ui::colors::text, em * 30);
  if (one && pressed) show_example(state, shown.depths, shown.depths.tokens[size_t(one->token)]);
  if (list > 0) draw_worst(canvas, {{box.min.x, box.max.y - list + em * 0.3f}, box.max}, number, state, shown, cloud);
}

double compute_of(const CutOffPoint& point, bool flops) {
  return flops ? point.flops : point.layers;
}

/// A range a little wider than the values, so that no dot is cut, and at least this wide, so that nothing looks like
/// much.
ValueRange with_margin(const std::vector<double>& values, double least) {
  ValueRange range = range_of(values);
  const double width = range.high - range.low, margin = std::max(width * 0.08, (least - width) / 2);
  return {range.low - margin, range.high + margin, range.empty};
}

}  // namespace

void draw_misjudged(Canvas& canvas, const Box& box, AppState& state, const DepthShown& shown) {
  Chart chart{box, 0, 1, 0.005, 1, true};
  for (const auto* tokens : {&shown.refused, &shown.granted})
    if (!tokens->empty()) chart.high = std::max(chart.high, tokens->front().nats * 1.2);
  // Under expert choice a score of 0.5 parts the two.
  Chart left = chart, right = chart;
  const auto beyond = [](const auto& tokens, auto test) { return std::any_of(tokens.begin(), tokens.end(), test); };
  if (!beyond(shown.refused, [](const Misjudged& one) { return one.score > 0.5; })) left.right = 0.5;
  if (!beyond(shown.granted, [](const Misjudged& one) { return one.score < 0.5; })) right.left = 0.5;
  const float gap = ui::em(), middle = box.center().x;
  draw_cloud(canvas, {box.min, {middle - gap / 2, box.max.y}}, 0, state, shown,
             {"refused though needed", "more than with all recursions for all tokens", shown.refused}, left);
  draw_cloud(canvas, {{middle + gap / 2, box.min.y}, box.max}, 1, state, shown,
             {"granted in vain", "more than with fewer recursions for all tokens", shown.granted}, right);
}

std::string cut_off_words(const CutOffPoint& point) {
  return fmt::format("cut-off {}: {:.3f} nats at {:.2f} layers and {} FLOPs per token", point.cut_off, point.loss,
                     point.layers, short_number(point.flops));
}

void draw_cut_offs(Canvas& canvas, const Box& box, const AppState& state, const DepthShown& shown) {
  const float em = ui::em();
  const bool flops = state.depth.flops;
  ui::fitted_text(canvas, box.min, ui::u32(ui::colors::text),
                  fmt::format("nats over {} per token, by cut-off", flops ? "FLOPs" : "layers"), box.width(),
                  ui::Font::small);
  std::vector<double> computes, losses;
  for (const CutOffPoint& point : shown.cut_offs) {
    computes.push_back(compute_of(point, flops));
    losses.push_back(point.loss);
  }
  const ValueRange across = with_margin(computes, computes.front() * 0.05), up = with_margin(losses, 0.05);
  const Chart chart{inside_axes({{box.min.x, box.min.y + em * 1.2f}, box.max}), across.low, across.high, up.low,
                    up.high};
  draw_axes(canvas, chart);
  ImGui::SetCursorScreenPos(chart.area.min);
  ImGui::Dummy({std::max(1.0f, chart.area.width()), std::max(1.0f, chart.area.height())});
  ui::tag("depth.cut_offs");
  const bool hovered = ImGui::IsItemHovered();
  std::vector<ImVec2> line;
  for (size_t i = 0; i < computes.size(); ++i) line.push_back({chart.x(computes[i]), chart.y(losses[i])});
  canvas.polyline(line, ui::u32(ui::colors::accent, 0.6), em * 0.12f);
  const CutOffPoint* nearest = nullptr;
  float least = em * 1.5f;
  for (size_t i = 0; i < line.size(); ++i) {
    const CutOffPoint& point = shown.cut_offs[i];
    const bool usual = point.cut_off == 0.5;
    if (usual) canvas.circle(line[i], em * 0.5f, ui::u32(ui::colors::text));
    canvas.circle(line[i], em * (usual ? 0.35f : 0.25f), ui::u32(usual ? ui::colors::warn : ui::colors::accent));
    if (usual || i == 0 || i + 1 == line.size()) {
      const bool left = line[i].x > chart.area.center().x;
      const std::string label = fmt::format("{}", point.cut_off);
      const float x = left ? line[i].x - em * 0.6f - text_size(label, ui::Font::small).x : line[i].x + em * 0.6f;
      canvas.text({x, line[i].y - em * 1.05f}, ui::u32(ui::colors::text), label, ui::Font::small);
    }
    const float away = distance(line[i], ImGui::GetIO().MousePos);
    if (!hovered || away >= least) continue;
    least = away;
    nearest = &point;
  }
  if (nearest) ui::tooltip(cut_off_words(*nearest), ui::colors::text, em * 30);
}

void draw_depth_over_training(Canvas& canvas, const Box& box, const Source& source, AppState& state,
                              const std::vector<SnapshotDepth>& depths, Plot& plot) {
  std::vector<PlotSeries> lines;
  for (int r = 0; r < source.geometry().recursions; ++r) {
    PlotSeries line{fmt::format("recursion {}", r + 1), depth_color(r + 1, source.geometry().recursions)};
    for (const SnapshotDepth& at : depths) {
      line.x.push_back(double(at.step));
      line.y.push_back(100 * at.takes[size_t(r)]);
    }
    line.dots = depths.size() < 30;
    lines.push_back(std::move(line));
  }
  ui::fitted_text(
      canvas, box.min, ui::u32(ui::colors::text),
      std::vector<std::string>{"% of the watched text's tokens that take each recursion", "% that take each recursion"},
      box.width(), ui::Font::small);
  PlotOptions options;
  options.from_zero = true;
  options.marker = double(state.shown.step);
  plot.draw(canvas, {{box.min.x, box.min.y + ui::em() * 1.3f}, box.max}, lines, options, state.survey.training);
  const RunHistory& history = source.history();
  if (const auto x = plot.clicked_x())
    state.playback.jump(history.snapshot_at(std::llround(*x)), history.snapshot_count());
}

}  // namespace tinymor
