#include "visualizer/panels/runs_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "visualizer/panels/curve_series.h"
#include "visualizer/plot_math.h"
#include "visualizer/ui.h"

namespace tinymor {
namespace {

constexpr ptrdiff_t newest = 101;

double median_speed(const std::vector<StepMetrics>& steps) {
  std::vector<double> speeds;
  for (auto m = steps.end() - std::min<ptrdiff_t>(newest, ptrdiff_t(steps.size())); m != steps.end(); ++m)
    if (std::isfinite(m->tokens_per_second)) speeds.push_back(m->tokens_per_second);
  if (speeds.empty()) return 0;
  std::nth_element(speeds.begin(), speeds.begin() + speeds.size() / 2, speeds.end());
  return speeds[speeds.size() / 2];
}

}  // namespace

std::vector<RunPoint> run_points(const Source& source, const AppState& state) {
  std::vector<RunPoint> points;
  const auto add = [&](const Source& run, Color color) {
    const RunHistory& h = run.history();
    if (h.evals.empty()) return;
    const RunPoint point{short_name(run), median_speed(h.steps), h.evals.back().threshold_loss, color};
    if (point.speed > 0 && std::isfinite(point.speed) && std::isfinite(point.loss)) points.push_back(point);
  };
  add(source, ui::colors::accent);
  for (size_t i = 0; i < state.compare.rivals.size(); ++i)
    add(*state.compare.rivals[i], look_of(state.compare, i).color);
  return points;
}

void draw_runs(Canvas& canvas, const Box& box, const std::vector<RunPoint>& points) {
  if (points.empty()) return;
  const float em = ui::em(), letter = text_size("0", ui::Font::small).y;
  std::vector<double> speeds, losses;
  for (const RunPoint& point : points) speeds.push_back(point.speed), losses.push_back(point.loss);
  const double most = range_of(speeds).high * 1.08;
  const ValueRange loss = range_of(losses);
  const double margin = std::max(0.05, (loss.high - loss.low) * 0.15), low = loss.low - margin,
               high = loss.high + margin;
  const Box area{{box.min.x + em * 2.8f, box.min.y + letter + em * 0.2f}, {box.max.x, box.max.y - letter - em * 0.2f}};
  canvas.rect(area, ui::u32(ui::colors::well));
  canvas.text(box.min, ui::u32(ui::colors::dim),
              fitted("held-out loss, nats, over training speed; one seed each", box.width(), ui::Font::small),
              ui::Font::small);
  const auto y_of = [&](double value) { return area.max.y - area.height() * float((value - low) / (high - low)); };
  for (double value : ticks(low, high, 4)) {
    canvas.line({area.min.x, y_of(value)}, {area.max.x, y_of(value)}, ui::u32(ui::colors::line, 0.7), 1);
    text_right(canvas, {area.min.x - em * 0.3f, y_of(value) - letter / 2}, ui::u32(ui::colors::faint),
               short_number(value), ui::Font::small);
  }
  canvas.text({area.min.x, area.max.y + em * 0.1f}, ui::u32(ui::colors::faint), "0", ui::Font::small);
  text_right(canvas, {area.max.x, area.max.y + em * 0.1f}, ui::u32(ui::colors::faint), short_number(most) + " tokens/s",
             ui::Font::small);
  for (const RunPoint& point : points) {
    const float x = area.min.x + area.width() * float(point.speed / most), y = y_of(point.loss);
    canvas.circle({x, y}, em * 0.35f, ui::u32(point.color));
    text_right(canvas, {x - em * 0.5f, y - letter / 2}, ui::u32(point.color), point.name, ui::Font::small);
  }
}

}  // namespace tinymor
