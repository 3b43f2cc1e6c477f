#include "visualizer/panels/scoreboard.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "visualizer/draw/plot_math.h"
#include "visualizer/draw/ui.h"
#include "visualizer/panels/difference_words.h"
#include "visualizer/panels/panel.h"
#include "visualizer/panels/run_look.h"
#include "visualizer/views/run_facts.h"

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

/// Those that another seed may put first, as "vanilla and recursive"; empty where that is every run.
std::string close_ones(const Standing& standing, const std::vector<const Source*>& runs) {
  std::vector<std::string> names;
  const std::vector<size_t> order = ranking(standing.losses);
  for (const size_t run : order)
    if (standing.losses[run] - standing.losses[standing.leader] < seed_noise) names.push_back(short_name(*runs[run]));
  return names.size() == order.size() ? "" : listed(names);
}

/// Who leads, then shorter.
std::vector<std::string> leader_words(const Standing& standing, const std::vector<const Source*>& runs) {
  const std::string name = short_name(*runs[standing.leader]), lead = fmt::format("{:.3f}", standing.lead);
  if (!standing.too_close) return {fmt::format("{} leads by {} nats", name, lead), name + " by " + lead};
  if (const std::string close = close_ones(standing, runs); !close.empty())
    return {"too close to call between " + close, "too close: " + close};
  if (standing.lead == 0) return {"a tie"};
  return {fmt::format("too close to call: {} ahead by {} nats", name, lead),
          fmt::format("too close: {} by {}", name, lead)};
}

/// "mor 0.553", and at which step that is where it may not be thought: the axis has none, or the run goes on after it.
std::string loss_words(const Standing& standing, const std::vector<const Source*>& runs, size_t run) {
  if (const auto diverged = diverged_at(runs[run]->history()))
    return fmt::format("{} diverged at step {}", short_name(*runs[run]), *diverged);
  const std::string loss = fmt::format("{} {:.3f}", short_name(*runs[run]), standing.losses[run]);
  const int64_t step = AxisMap(*runs[run], standing.axis).step(standing.place);
  const int64_t last = std::max(runs[run]->planned_steps(), runs[run]->history().last_step());
  if (step < last) return loss + fmt::format(" at step {} of {}", step, last);
  return standing.axis == CurveAxis::steps ? loss : loss + fmt::format(" at step {}", step);
}

/// The runs with a loss, the best first, then those that diverged.
std::vector<size_t> told_runs(const Standing& standing, const std::vector<const Source*>& runs) {
  std::vector<size_t> told = ranking(standing.losses);
  for (size_t i = 0; i < runs.size(); ++i)
    if (diverged_at(runs[i]->history())) told.push_back(i);
  return told;
}

/// Which runs were not at the end of their schedules, then shorter; empty where all were.
std::vector<std::string> cooling_words(const Standing& standing, const std::vector<const Source*>& runs) {
  std::vector<std::string> names;
  for (const size_t run : standing.cooling) names.push_back(short_name(*runs[run]));
  if (names.empty()) return {};
  const std::string all = listed(names);
  const bool one = names.size() == 1;
  const std::string middle = all + (one ? " had not finished its schedule" : " had not finished their schedules");
  return {middle + (one ? ": its loss falls" : ": their losses fall") + " further while the learning rate cools down",
          middle + (one ? ": its loss still falls" : ": their losses still fall"), "schedule not finished: " + all};
}

/// The losses beside each other, the best first, as many as there is room for.
void draw_losses(Canvas& canvas, const Box& box, const Standing& standing, const std::vector<const Source*>& runs,
                 const Comparison& comparison) {
  const float em = ui::em();
  const ui::Font font = box.width() > em * 50 ? ui::Font::large : ui::Font::body;
  ImVec2 at = box.min;
  for (const size_t run : told_runs(standing, runs)) {
    const std::string words = loss_words(standing, runs, run);
    const ImVec2 size = text_size(words, font);
    if (at.x + em * 1.4f + size.x > box.max.x) return;
    const RunLook look = look_of(comparison, *runs[run]);
    draw_sample(canvas, {at.x, at.y + size.y / 2}, look.color, look.dash);
    canvas.text({at.x + em * 1.4f, at.y}, ui::u32(look.color), words, font);
    at.x += em * 3 + size.x;
  }
}

void draw_standing(Canvas& canvas, const Box& box, const Standing& standing, const std::vector<const Source*>& runs,
                   const Comparison& comparison) {
  const float em = ui::em(), large = text_size("x", ui::Font::large).y;
  ui::fitted_text(canvas, box.min, ui::u32(ui::colors::dim), place_words(standing), box.width());
  const float y = box.min.y + em * 1.25f;
  const Color color = standing.too_close ? Color(ui::colors::text) : look_of(comparison, *runs[standing.leader]).color;
  ui::fitted_text(canvas, {box.min.x, y}, ui::u32(color), leader_words(standing, runs), box.width(), ui::Font::large);
  const float below = y + large + em * 0.15f, note = below + large + em * 0.1f;
  draw_losses(canvas, {{box.min.x, below}, box.max}, standing, runs, comparison);
  const std::vector<std::string> cooling = cooling_words(standing, runs);
  if (!cooling.empty() && note + em <= box.max.y)
    ui::fitted_text(canvas, {box.min.x, note}, ui::u32(ui::colors::warn), cooling, box.width());
}

}  // namespace

std::vector<const Source*> racers(const Source& source, const AppState& state) {
  std::vector<const Source*> out;
  for (const Source* run : state.compare.opened)
    if (run && state.compare.draws(*run) && !other_data(source, *run)) out.push_back(run);
  return out;
}

std::string standing_line(const Standing& standing, const std::vector<const Source*>& runs) {
  std::string out = place_words(standing) + ": " + leader_words(standing, runs).front();
  const char* separator = "; ";
  for (const size_t run : told_runs(standing, runs)) {
    out += separator + loss_words(standing, runs, run);
    separator = ", ";
  }
  const std::vector<std::string> cooling = cooling_words(standing, runs);
  if (!cooling.empty()) out += "; " + cooling.front();
  return out;
}

void draw_scoreboard(Canvas& canvas, const Box& box, const std::vector<const Source*>& runs,
                     const Comparison& comparison) {
  const std::vector<Standing> all = standings(runs);
  if (all.empty()) return draw_empty(canvas, box, "no two runs on the same data have a loss to compare yet");
  const float em = ui::em(), height = std::min(box.height() / float(all.size()), em * 7);
  for (size_t i = 0; i < all.size(); ++i) {
    const float top = box.min.y + height * float(i);
    if (i > 0) canvas.line({box.min.x, top}, {box.max.x, top}, ui::u32(ui::colors::line), 1);
    draw_standing(canvas, {{box.min.x, top + em * 0.4f}, {box.max.x, top + height}}, all[i], runs, comparison);
  }
}

}  // namespace tinymor
