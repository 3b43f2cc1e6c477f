#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "visualizer/draw/plot.h"
#include "visualizer/draw/ui.h"
#include "visualizer/panels/run_look.h"
#include "visualizer/shell/bottom_bar.h"
#include "visualizer/shell/timeline.h"

namespace tinymor {
namespace {

/// The track: where on it the times of its clock are.
struct Track {
  Box box;
  double from, to;  // the times at both ends

  Track(const Box& place, double last, const Zoom& zoom) : box(place), from(zoom.from * last), to(zoom.to * last) {}
  float x(double time) const {
    const double part = (time - from) / (to - from);
    return box.min.x + (part > 0 ? float(std::min(part, 1.0)) : 0) * box.width();  // not a number: at the left
  }
  bool shows(double time) const { return time >= from && time <= to; }
  double time(float x) const { return from + std::clamp(double(x - box.min.x) / box.width(), 0.0, 1.0) * (to - from); }
  bool at_mouse(double time) const {
    return shows(time) && std::abs(x(time) - ImGui::GetIO().MousePos.x) < ui::em() * 0.5f;
  }
};

/// The times of a run's steps by a clock.
AxisMap map_of(const Source& source, Clock clock) {
  return AxisMap(source, clock == Clock::seconds ? CurveAxis::seconds : CurveAxis::steps);
}

LossCurve loss_curve(const RunHistory& history, const AxisMap& map) {
  LossCurve curve;
  for (const StepMetrics& m : history.steps) {
    curve.times.push_back(map.at(m.step));
    curve.log_loss.push_back(std::log(m.loss));
  }
  return curve;
}

void draw_loss(Canvas& canvas, const Track& track, const LossCurve& curve) {
  const ValueRange range = range_of(curve.log_loss);
  if (range.empty || range.high <= range.low) return;
  std::vector<ImVec2> line;
  for (const PlotPoint& p :
       decimate(curve.times, curve.log_loss, track.from, track.to, std::max(1, int(track.box.width() / 2)))) {
    if (!std::isfinite(p.y) || !track.shows(p.x)) continue;
    const float part = float((p.y - range.low) / (range.high - range.low));
    line.push_back({track.x(p.x), track.box.max.y - 2 - part * (track.box.height() - 4)});
  }
  canvas.polyline(line, ui::u32(ui::colors::dim, 0.8), 1.2f);
}

void draw_loop(Canvas& canvas, const Track& track, double from, double to) {
  canvas.rect({{track.x(from), track.box.min.y}, {track.x(to), track.box.max.y}}, ui::u32(ui::colors::accent, 0.25));
}

/// A checkpoint as a square, what the model wrote as a dot, a command as a triangle that hangs from the edge.
void draw_event(Canvas& canvas, const Track& track, double time, RunEvent::Kind kind) {
  const float x = track.x(time), top = track.box.min.y, r = ui::em() * 0.22f;
  if (kind == RunEvent::checkpoint)
    canvas.rect({{x - r, top}, {x + r, top + 2 * r}}, ui::u32(ui::colors::dim));
  else if (kind == RunEvent::sample)
    canvas.circle({x, top + r}, 0.8f * r, ui::u32(ui::colors::good));
  else
    canvas.triangle({x - 1.3f * r, top}, {x + 1.3f * r, top}, {x, top + 2.6f * r}, ui::u32(ui::colors::warn));
}

/// Snapshots as ticks, notes as flags, events of the run, the loop as a band, and B as a triangle.
void draw_run(Canvas& canvas, const Track& track, const RunHistory& history, const AppState& state,
              const AxisMap& map) {
  const float em = ui::em(), top = track.box.min.y, bottom = track.box.max.y;
  if (const auto& loop = state.playback.loop; loop && loop->second < history.snapshot_count())
    draw_loop(canvas, track, map.at(history.snapshot_step(loop->first)), map.at(history.snapshot_step(loop->second)));
  for (int i = 0; i < history.snapshot_count(); ++i) {
    const double time = map.at(history.snapshot_step(i));
    const float x = track.x(time);
    if (track.shows(time)) canvas.line({x, bottom - em * 0.35f}, {x, bottom}, ui::u32(ui::colors::dim, 0.7), 1);
  }
  for (const RunEvent& event : history.events)
    if (track.shows(map.at(event.step))) draw_event(canvas, track, map.at(event.step), event.kind);
  for (const Note& note : state.timeline.notes) {
    const double time = map.at(note.step);
    const float x = track.x(time);
    if (track.shows(time))
      canvas.triangle({x, top}, {x + em * 0.5f, top + em * 0.25f}, {x, top + em * 0.5f}, ui::u32(ui::colors::good));
  }
  if (!state.compare.other && (state.mark_compared || state.page == "Compare")) {
    const float x = track.x(map.at(state.compare.shown.step)), r = em * 0.3f;
    canvas.triangle({x - r, bottom}, {x + r, bottom}, {x, bottom - 2 * r}, ui::u32(compared_color));
  }
}

/// Each generated token as a bar; its height is the token's depth.
void draw_text(Canvas& canvas, const Track& track, const Source& source, const AppState& state) {
  const Generation& g = source.generation();
  const std::vector<int> lengths = g.lengths();
  if (const auto& loop = state.writing.loop; loop && loop->second < int(lengths.size()))
    draw_loop(canvas, track, loop->first, loop->second);
  const float width = std::max(1.0f, 0.7f * (track.x(track.from + 1) - track.box.min.x));
  for (size_t i = 0; i < lengths.size(); ++i) {
    if (!track.shows(double(i))) continue;
    const int depth = g.text[size_t(lengths[i]) - 1].depth, recursions = source.geometry().recursions;
    const float x = track.x(double(i)), part = float(depth) / float(recursions);
    const float left = std::max(track.box.min.x, x - width / 2), right = std::min(track.box.max.x, x + width / 2);
    canvas.rect({{left, track.box.max.y - std::min(1.0f, part) * (track.box.height() - 2)}, {right, track.box.max.y}},
                ui::u32(depth_color(depth, recursions), 0.8));
  }
}

/// The snapshot nearest to a step, which may be a later one: a person points at a mark.
int nearest_snapshot(const RunHistory& history, double step) {
  int nearest = history.snapshot_at(int64_t(step));
  if (nearest + 1 < history.snapshot_count() &&
      double(history.snapshot_step(nearest + 1)) - step < step - double(history.snapshot_step(nearest)))
    ++nearest;
  return nearest;
}

/// The notes and events at the steps that `wanted` picks, one per line.
template <class Wanted>
std::vector<std::string> marks(const RunHistory& history, const Timeline& line, Wanted&& wanted) {
  std::vector<std::string> out;
  for (const Note& note : line.notes)
    if (wanted(note.step)) out.push_back(fmt::format("step {}: {}", note.step, note.text));
  for (const RunEvent& event : history.events)
    if (wanted(event.step))
      out.push_back(
          fmt::format("step {}: {}{}", event.step, event.kind == RunEvent::sample ? "writes: " : "", event.text));
  return out;
}

void hint_at_marks(const Track& track, const RunHistory& history, const Timeline& timeline, const AxisMap& map) {
  constexpr size_t most = 8;
  std::vector<std::string> lines = marks(history, timeline, [&](int64_t step) { return track.at_mouse(map.at(step)); });
  if (lines.size() > most) {
    const size_t more = lines.size() - most;
    lines.resize(most);
    lines.push_back(fmt::format("and {} more (the wheel zooms)", more));
  }
  if (!lines.empty()) ui::hint(fmt::format("{}", fmt::join(lines, "\n")).c_str());
}

/// Moves the time line to `nearest`, the place under the mouse, of `count` places.
void drag_track(AppState& state, int nearest, int count) {
  if (!ImGui::IsItemActive()) return state.timeline.loop_from.reset();
  if (count == 0) return;
  Playback& playback = state.clocked();
  if (ImGui::IsItemActivated()) {
    playback.loop.reset();
    if (ImGui::GetIO().KeyShift) state.timeline.loop_from = nearest;
  }
  if (const auto from = state.timeline.loop_from; from && *from != nearest) playback.loop = std::minmax(*from, nearest);
  playback.jump(nearest, count);
}

}  // namespace

namespace {

/// The last time of the clock.
double end_of(const Source& source, const AppState& state) {
  constexpr double least = 1e-3;  // a run that has not begun
  if (state.timeline.clock == Clock::text) return std::max(1, state.places(source) - 1);
  return std::max(least, map_of(source, state.timeline.clock).at(source.history().last_step()));
}

}  // namespace

bool draw_zoom_of_time(const Source& source, AppState& state, float width) {
  static constexpr const char* clocks[] = {"steps", "seconds", "tokens"};
  const double end = end_of(source, state);
  Zoom& zoom = state.timeline.zoom;
  const auto number = [&](double part) { return fmt::format("{:.0f}", part * end); };
  const std::string text = zoom_text(zoom, clocks[int(state.timeline.clock)], number(zoom.from), number(zoom.to),
                                     number(1), width - ImGui::GetStyle().ItemSpacing.x);
  if (text.empty()) return false;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float wide = zoom_box(text, at).width();
  zoom_chip(window_canvas(), "time", {at, {at.x + wide, at.y + ImGui::GetFrameHeight()}}, text, zoom);
  return true;
}

void draw_track(const Source& source, AppState& state, const Box& box) {
  Canvas& canvas = window_canvas();
  const float em = ui::em(), mouse = ImGui::GetIO().MousePos.x;
  const RunHistory& history = source.history();
  const bool of_text = state.timeline.clock == Clock::text;
  const int count = state.places(source);
  const AxisMap map = map_of(source, state.timeline.clock);
  const double last = end_of(source, state);
  const Track track(box, last, state.timeline.zoom);
  const double now = of_text ? state.writing.index() : map.at(state.shown.step);
  const bool moved = std::exchange(state.timeline.place, now) != now;
  if (moved && !track.shows(now)) state.timeline.zoom.show(now / last);
  canvas.rect(box, ui::u32(ui::colors::control, 0.7), em * 0.25f);
  if (of_text) {
    draw_text(canvas, track, source, state);
  } else {
    const std::pair key(source.version(), state.timeline.clock);
    draw_loss(canvas, track, state.timeline.loss.of(key, [&] { return loss_curve(history, map); }));
    draw_run(canvas, track, history, state, map);
  }
  if (count > 0 && track.shows(now)) {
    const float x = track.x(now);
    const ImU32 color = ui::u32(side_color(source, state.compare, false));
    canvas.rect({{box.min.x, box.max.y - em * 0.12f}, {x, box.max.y}}, color);
    canvas.line({x, box.min.y}, {x, box.max.y}, color, std::max(2.0f, em * 0.13f));
    canvas.circle({x, box.center().y}, em * 0.38f, color);
  }
  ImGui::SetCursorScreenPos(box.min);
  ImGui::InvisibleButton("track", {box.width(), box.height()});
  ui::tag("time.track");
  const bool hovered = ImGui::IsItemHovered(), active = ImGui::IsItemActive();
  zoom_by_mouse(state.timeline.zoom, (mouse - box.min.x) / box.width(), 0.002);
  if (hovered && !active && !of_text) hint_at_marks(track, history, state.timeline, map);
  const double at = track.time(mouse);
  drag_track(state, of_text ? int(std::lround(at)) : nearest_snapshot(history, double(map.step(at))), count);
}

std::string timeline_text(const Source& source, const AppState& state) {
  std::string out = status_text(source, state) + "\n";
  for (const std::string& what : {state.message, source.notice()})
    if (!what.empty()) out += what + "\n";
  for (const std::string& mark : marks(source.history(), state.timeline, [](int64_t) { return true; }))
    out += mark + "\n";
  return out;
}

}  // namespace tinymor
