#include "visualizer/panels/scoreboard.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "visualizer/draw/plot_math.h"
#include "visualizer/draw/ui.h"
#include "visualizer/panels/panel.h"
#include "visualizer/panels/run_look.h"

namespace tinymor {
namespace {

std::string place_words(const Standing& standing) {
  const std::string place = short_number(standing.place);
  switch (standing.axis) {
    case CurveAxis::flops:
      return fmt::format("for the same compute ({} FLOPs)", place);
    case CurveAxis::seconds:
      return fmt::format("in the same time ({} seconds)", place);
    default:
      return fmt::format("after the same steps ({})", place);
  }
}

/// Who leads, then shorter.
std::vector<std::string> leader_words(const Standing& standing, const std::vector<const Source*>& runs) {
  if (standing.lead == 0) return {"a tie"};
  const std::string name = short_name(*runs[standing.leader]), lead = fmt::format("{:.3f}", standing.lead);
  if (standing.too_close)
    return {fmt::format("too close to call: {} ahead by {} nats", name, lead),
            fmt::format("too close: {} by {}", name, lead)};
  return {fmt::format("{} leads by {} nats", name, lead), fmt::format("{} by {}", name, lead)};
}

/// The runs with a loss, the best first.
std::vector<size_t> ranking(const Standing& standing) {
  std::vector<size_t> order;
  for (size_t i = 0; i < standing.losses.size(); ++i)
    if (std::isfinite(standing.losses[i])) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return standing.losses[a] < standing.losses[b]; });
  return order;
}

std::string loss_words(const Standing& standing, const std::vector<const Source*>& runs, size_t run) {
  return fmt::format("{} {:.3f}", short_name(*runs[run]), standing.losses[run]);
}

/// The losses beside each other, the best first, as many as there is room for.
void draw_losses(Canvas& canvas, ImVec2 at, float right, const Standing& standing,
                 const std::vector<const Source*>& runs, const Comparison& comparison) {
  const float em = ui::em(), letter = text_size("x").y;
  for (const size_t run : ranking(standing)) {
    const std::string words = loss_words(standing, runs, run);
    const float width = text_size(words).x;
    if (at.x + em * 1.4f + width > right) return;
    const RunLook look = look_of(comparison, *runs[run]);
    draw_sample(canvas, {at.x, at.y + letter / 2}, look.color, look.dash);
    canvas.text({at.x + em * 1.4f, at.y}, ui::u32(look.color), words);
    at.x += em * 3 + width;
  }
}

void draw_standing(Canvas& canvas, const Box& box, const Standing& standing, const std::vector<const Source*>& runs,
                   const Comparison& comparison) {
  const float em = ui::em(), large = text_size("x", ui::Font::large).y;
  ui::fitted_text(canvas, box.min, ui::u32(ui::colors::dim), place_words(standing), box.width());
  const float y = box.min.y + em * 1.25f;
  const Color color = standing.too_close ? Color(ui::colors::text) : look_of(comparison, *runs[standing.leader]).color;
  ui::fitted_text(canvas, {box.min.x, y}, ui::u32(color), leader_words(standing, runs), box.width(), ui::Font::large);
  draw_losses(canvas, {box.min.x, y + large + em * 0.15f}, box.max.x, standing, runs, comparison);
}

}  // namespace

std::vector<const Source*> racers(const Source& source, const AppState& state) {
  std::vector<const Source*> out;
  for (const Source* run : state.compare.opened)
    if (run && !other_data(source, *run)) out.push_back(run);
  return out;
}

std::string standing_line(const Standing& standing, const std::vector<const Source*>& runs) {
  std::string out = place_words(standing) + ": " + leader_words(standing, runs).front();
  const char* separator = "; ";
  for (const size_t run : ranking(standing)) {
    out += separator + loss_words(standing, runs, run);
    separator = ", ";
  }
  return out;
}

void draw_scoreboard(Canvas& canvas, const Box& box, const std::vector<const Source*>& runs,
                     const Comparison& comparison) {
  const std::vector<Standing> all = standings(runs);
  if (all.empty()) return draw_empty(canvas, box, "no two runs on the same data were evaluated yet");
  const float em = ui::em(), height = std::min(box.height() / float(all.size()), em * 7);
  for (size_t i = 0; i < all.size(); ++i) {
    const float top = box.min.y + height * float(i);
    if (i > 0) canvas.line({box.min.x, top}, {box.max.x, top}, ui::u32(ui::colors::line), 1);
    draw_standing(canvas, {{box.min.x, top + em * 0.4f}, {box.max.x, top + height}}, all[i], runs, comparison);
  }
}

}  // namespace tinymor
