#include "visualizer/panels/runs_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "visualizer/draw/plot_math.h"
#include "visualizer/draw/ui.h"
#include "visualizer/panels/run_look.h"
#include "visualizer/views/run_facts.h"

namespace tinymor {
namespace {

/// The place for a name of this size beside a disc, in `area` and clear of everything `taken`; none where there is no
/// room.
std::optional<Box> free_place(const Box& disc, ImVec2 size, const Box& area, const std::vector<Box>& taken) {
  const float gap = ui::em() * 0.15f, middle = disc.center().y - size.y / 2;
  const float left = disc.min.x - gap - size.x, right = disc.max.x + gap, over = disc.center().x - size.x / 2;
  const float above = disc.min.y - size.y, below = disc.max.y;
  for (const ImVec2 at : {ImVec2(left, middle), ImVec2(right, middle), ImVec2(over, above), ImVec2(over, below),
                          ImVec2(left, above), ImVec2(left, below), ImVec2(right, above), ImVec2(right, below)}) {
    const Box place{at, {at.x + size.x, at.y + size.y}};
    const bool inside = place.min.x >= area.min.x && place.max.x <= area.max.x && place.min.y >= area.min.y &&
                        place.max.y <= area.max.y;
    const bool clear = std::none_of(taken.begin(), taken.end(), [&](const Box& other) {
      return place.min.x < other.max.x && other.min.x < place.max.x && place.min.y < other.max.y &&
             other.min.y < place.max.y;
    });
    if (inside && clear) return place;
  }
  return std::nullopt;
}

}  // namespace

std::string run_text(const RunPoint& point) {
  return fmt::format("{} tokens/s in training, {:.3f} nats held out", short_number(point.speed), point.loss);
}

std::vector<RunPoint> run_points(const Source& source, const AppState& state) {
  std::vector<RunPoint> points;
  const auto add = [&](const Source& run, Color color) {
    const RunFacts facts = facts_of(run);
    const RunPoint point{facts.name, facts.speed, facts.loss, color};
    if (point.speed > 0 && std::isfinite(point.speed) && std::isfinite(point.loss)) points.push_back(point);
  };
  add(source, look_of(state.compare, source).color);
  for (const Source* rival : state.compare.drawn_rivals())
    if (!other_data(source, *rival)) add(*rival, look_of(state.compare, *rival).color);
  return points;
}

void draw_runs(Canvas& canvas, const Box& box, const std::vector<RunPoint>& points) {
  if (points.empty()) return;
  const float em = ui::em(), letter = text_size("0", ui::Font::small).y;
  std::vector<double> speeds, losses;
  for (const RunPoint& point : points) {
    speeds.push_back(point.speed);
    losses.push_back(point.loss);
  }
  const double most = range_of(speeds).high * 1.08;
  const ValueRange loss = range_of(losses);
  const double margin = std::max(0.05, (loss.high - loss.low) * 0.15), low = loss.low - margin,
               high = loss.high + margin;
  const Box area{{box.min.x + em * 2.8f, box.min.y + letter + em * 0.2f}, {box.max.x, box.max.y - letter - em * 0.2f}};
  canvas.rect(area, ui::u32(ui::colors::well));
  ui::fitted_text(
      canvas, box.min, ui::u32(ui::colors::dim),
      {"held-out loss, nats, over training speed; one seed each", std::string("held-out loss over speed; one seed")},
      box.width(), ui::Font::small);
  const auto y_of = [&](double value) { return area.max.y - area.height() * float((value - low) / (high - low)); };
  const std::vector<double> levels = ticks(low, high, 4);
  const std::vector<std::string> labels = tick_labels(levels);
  for (size_t i = 0; i < levels.size(); ++i) {
    const float y = y_of(levels[i]);
    canvas.line({area.min.x, y}, {area.max.x, y}, ui::u32(ui::colors::line, 0.7), 1);
    text_right(canvas, {area.min.x - em * 0.3f, y - letter / 2}, ui::u32(ui::colors::faint), labels[i],
               ui::Font::small);
  }
  canvas.text({area.min.x, area.max.y + em * 0.1f}, ui::u32(ui::colors::faint), "0", ui::Font::small);
  text_right(canvas, {area.max.x, area.max.y + em * 0.1f}, ui::u32(ui::colors::faint), short_number(most) + " tokens/s",
             ui::Font::small);
  std::vector<Box> taken;  // by discs, then by names, too
  for (const RunPoint& point : points) {
    const ImVec2 at{area.min.x + area.width() * float(point.speed / most), y_of(point.loss)};
    const float r = em * 0.35f;
    canvas.circle(at, r, ui::u32(point.color));
    taken.push_back({{at.x - r, at.y - r}, {at.x + r, at.y + r}});
  }
  for (size_t i = 0; i < points.size(); ++i) {
    const ImVec2 size = text_size(points[i].name, ui::Font::small);
    if (const auto place = free_place(taken[i], size, area, taken)) {
      canvas.text(place->min, ui::u32(points[i].color), points[i].name, ui::Font::small);
      taken.push_back(*place);
    }
    if (!ImGui::IsWindowHovered() || !taken[i].contains(ImGui::GetIO().MousePos) || !ui::begin_tooltip()) continue;
    const DataScope no_terms;
    ui::label(points[i].name, points[i].color, ui::Font::small);
    ui::label(run_text(points[i]), ui::colors::dim, ui::Font::small);
    ImGui::EndTooltip();
  }
}

}  // namespace tinymor
