#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tensor/error.h"
#include "visualizer/bars.h"
#include "visualizer/plot_math.h"
#include "visualizer/ui.h"

namespace tinymor {
namespace {

// The step at which the track ends.
double last_step(const RunHistory& history) {
  return double(std::max<int64_t>(1, history.last_step()));
}

/// The track: where steps lie on it.
struct Track {
  Box box;
  double last, from, to;  // the run's last step, and the steps at both ends

  Track(const Box& place, const RunHistory& history, const Timeline& line)
      : box(place), last(last_step(history)), from(line.zoom.from * last), to(line.zoom.to * last) {}
  float x(double step) const {
    return box.min.x + float(std::clamp((step - from) / (to - from), 0.0, 1.0)) * box.width();
  }
  bool shows(double step) const { return step >= from && step <= to; }
  double step(float x) const { return from + std::clamp(double(x - box.min.x) / box.width(), 0.0, 1.0) * (to - from); }
};

void collect_loss(Timeline& line, const Source& source) {
  if (line.version == source.version()) return;
  line.version = source.version();
  line.steps.clear();
  line.log_loss.clear();
  for (const StepMetrics& m : source.history().steps) {
    line.steps.push_back(double(m.step));
    line.log_loss.push_back(std::log(m.loss));
  }
}

void draw_loss(Canvas& canvas, const Track& track, const Timeline& timeline) {
  const ValueRange range = range_of(timeline.log_loss);
  if (range.empty || range.high <= range.low) return;
  std::vector<ImVec2> line;
  for (const PlotPoint& p :
       decimate(timeline.steps, timeline.log_loss, track.from, track.to, std::max(1, int(track.box.width() / 2)))) {
    if (!std::isfinite(p.y) || !track.shows(p.x)) continue;
    const float part = float((p.y - range.low) / (range.high - range.low));
    line.push_back({track.x(p.x), track.box.max.y - 2 - part * (track.box.height() - 4)});
  }
  canvas.polyline(line, ui::u32(ui::colors::dim, 0.8), 1.2f);
}

/// Snapshots as ticks, notes as flags, the loop as a band, what is compared with as a triangle.
void draw_marks(Canvas& canvas, const Track& track, const RunHistory& history, const AppState& state) {
  const float em = ui::em(), top = track.box.min.y, bottom = track.box.max.y;
  if (const auto& loop = state.playback.loop; loop && loop->second < history.snapshot_count())
    canvas.rect({{track.x(double(history.snapshot_step(loop->first))), top},
                 {track.x(double(history.snapshot_step(loop->second))), bottom}},
                ui::u32(ui::colors::accent, 0.25));
  for (int i = 0; i < history.snapshot_count(); ++i) {
    const double step = double(history.snapshot_step(i));
    const float x = track.x(step);
    if (track.shows(step)) canvas.line({x, bottom - em * 0.35f}, {x, bottom}, ui::u32(ui::colors::dim, 0.7), 1);
  }
  for (const Note& note : state.timeline.notes) {
    const float x = track.x(double(note.step));
    if (track.shows(double(note.step)))
      canvas.triangle({x, top}, {x + em * 0.5f, top + em * 0.25f}, {x, top + em * 0.5f}, ui::u32(ui::colors::good));
  }
  if (!state.compare.other && (state.mark_compared || state.page == "Compare")) {
    const float x = track.x(double(state.compare.shown.step)), r = em * 0.3f;
    canvas.triangle({x - r, bottom}, {x + r, bottom}, {x, bottom - 2 * r}, ui::u32(compared_color));
  }
}

/// The snapshot nearest to a step, not the one before: a person points at a mark.
int nearest_snapshot(const RunHistory& history, double step) {
  int nearest = history.snapshot_at(int64_t(step));
  if (nearest + 1 < history.snapshot_count() &&
      double(history.snapshot_step(nearest + 1)) - step < step - double(history.snapshot_step(nearest)))
    ++nearest;
  return nearest;
}

void use_track(const RunHistory& history, AppState& state, const Track& track) {
  const ImGuiIO& io = ImGui::GetIO();
  const int count = history.snapshot_count();
  if (ImGui::IsItemHovered() && io.MouseWheel != 0)
    state.timeline.zoom.turn(io.MouseWheel, (io.MousePos.x - track.box.min.x) / track.box.width(), 0.002);
  if (ImGui::IsItemHovered() && !ImGui::IsItemActive())
    for (const Note& note : state.timeline.notes)
      if (std::abs(track.x(double(note.step)) - io.MousePos.x) < ui::em() * 0.5f)
        ui::hint(fmt::format("step {}: {}", note.step, note.text).c_str());
  if (count == 0) return;
  if (!ImGui::IsItemActive()) return state.timeline.loop_from.reset();
  const int nearest = nearest_snapshot(history, track.step(io.MousePos.x));
  if (ImGui::IsItemActivated()) {
    state.playback.loop.reset();
    if (io.KeyShift) state.timeline.loop_from = nearest;
  }
  if (const auto from = state.timeline.loop_from; from && *from != nearest)
    state.playback.loop = std::minmax(*from, nearest);
  state.playback.jump(nearest, count);
}

}  // namespace

void draw_track(const Source& source, AppState& state, const Box& box) {
  Canvas& canvas = window_canvas();
  const float em = ui::em();
  const RunHistory& history = source.history();
  const Track track(box, history, state.timeline);
  canvas.rect(box, ui::u32(ui::colors::control, 0.7), em * 0.25f);
  collect_loss(state.timeline, source);
  draw_loss(canvas, track, state.timeline);
  draw_marks(canvas, track, history, state);
  if (state.shown.any() && track.shows(double(state.shown.step))) {
    const float x = track.x(double(state.shown.step));
    canvas.rect({{box.min.x, box.max.y - em * 0.12f}, {x, box.max.y}}, ui::u32(ui::colors::accent));
    canvas.line({x, box.min.y}, {x, box.max.y}, ui::u32(ui::colors::accent), std::max(2.0f, em * 0.13f));
    canvas.circle({x, box.center().y}, em * 0.38f, ui::u32(ui::colors::accent));
  }
  ImGui::SetCursorScreenPos(box.min);
  ImGui::InvisibleButton("track", {box.width(), box.height()});
  ui::tag("time.track");
  use_track(history, state, track);
}

void begin_note(AppState& state) {
  state.timeline.writing = true;
  state.timeline.draft.clear();
  for (const Note& note : state.timeline.notes)
    if (note.step == state.shown.step) state.timeline.draft = note.text;
}

void draw_note_dialog(AppState& state, const Source& source) {
  if (!state.timeline.writing) return;
  if (ui::begin_dialog("##note", ui::em() * 34)) {
    ui::label(fmt::format("Note at step {}", state.shown.step), ui::colors::text, ui::Font::bold);
    ImGui::SetNextItemWidth(-1);
    if (ImGui::IsWindowAppearing()) ImGui::SetKeyboardFocusHere();
    const bool entered = ImGui::InputText("##text", &state.timeline.draft, ImGuiInputTextFlags_EnterReturnsTrue);
    ui::tag("note.text");
    const bool keep = ui::chip("note.keep", "Keep", true, "In a file beside the recording");
    ImGui::SameLine();
    if (ui::button("note.cancel", "Cancel")) state.timeline.writing = false;
    if (keep || entered) {
      try {
        check_input(!source.recording().empty(), "note: this run has no recording to lie beside (open a run folder)");
        write_note(state.timeline.notes, {state.shown.step, state.timeline.draft}, source.recording());
      } catch (const Error& error) {
        state.say(error.what());
      }
      state.timeline.writing = false;
    }
  }
  ui::end_dialog();
}

}  // namespace tinymor
