#include <fmt/format.h>

#include <algorithm>

#include "visualizer/draw/plot_math.h"
#include "visualizer/draw/ui.h"
#include "visualizer/shell/bottom_bar.h"
#include "visualizer/shell/timeline.h"
#include "visualizer/state/layout.h"

namespace tinymor {
namespace {

const char* mode_name(Playback::Mode mode) {
  static constexpr const char* names[] = {"following", "paused", "playing"};
  return names[int(mode)];
}

/// What the time line counts next; without a generated text, its tokens are left out.
Clock next_clock(Clock clock, const Source& source) {
  const int clocks = source.generation().text.empty() ? 2 : 3;
  return Clock((int(clock) + 1) % clocks);
}

void draw_buttons(const Source& source, AppState& state) {
  const int count = state.places(source);
  Playback& playback = state.clocked();
  const bool any = count > 0, playing = playback.playing();
  const auto spaced = [] { ImGui::SameLine(0, 2); };
  if (ui::icon_button("time.first", ui::Icon::first, any, false, "The first (Home)")) playback.jump(0, count);
  spaced();
  if (ui::icon_button("time.previous", ui::Icon::previous, any, false, "One back (Left)")) playback.step(-1, count);
  spaced();
  if (ui::icon_button("time.play", playing ? ui::Icon::pause : ui::Icon::play, any, playing, "Play or pause (Space)")) {
    playback.toggle(count);
  }
  spaced();
  if (ui::icon_button("time.next", ui::Icon::next, any, false, "One on (Right)")) playback.step(1, count);
  spaced();
  const bool following = playback.mode() == Playback::Mode::following;
  if (ui::icon_button("time.follow", ui::Icon::last, true, following, "Follow the newest (End)")) playback.follow();
}

/// How fast it plays and what the time line counts.
void draw_pace(const Source& source, AppState& state) {
  Playback& playback = state.clocked();
  const std::string speed =
      playback.speed < 1 ? fmt::format("1/{:.0f}x", 1 / playback.speed) : fmt::format("{:.0f}x", playback.speed);
  if (ui::button("time.speed", speed.c_str(), true, "Plays at the next speed, from a quarter to 16 times"))
    playback.next_speed();
  static constexpr const char* clocks[] = {"steps", "seconds", "text"};
  ImGui::SameLine(0, 2);
  if (ui::button("time.clock", clocks[int(state.timeline.clock)], true,
                 "What the time line counts: steps or seconds of the run, or tokens of the generated text"))
    state.count_by(next_clock(state.timeline.clock, source));
}

/// Buttons, pace and mode, and the track up to `end`: where that has little room, the others give way.
void draw_time_row(const Source& source, AppState& state, float end) {
  const float em = ui::em(), frame = ImGui::GetFrameHeight(), least_track = em * 8;
  draw_buttons(source, state);
  ImGui::SameLine();
  const float pace = ui::button_width("1/4x") + ui::button_width("seconds");
  if (end - ImGui::GetCursorScreenPos().x > least_track + pace) {
    draw_pace(source, state);
    ImGui::SameLine();
  }
  const bool zoomed = draw_zoom_of_time(source, state, end - ImGui::GetCursorScreenPos().x - least_track);
  if (zoomed) ImGui::SameLine();
  ImVec2 at = ImGui::GetCursorScreenPos();
  const float label = text_size("following", ui::Font::small).x + em;
  if (end - at.x > least_track + label) {
    const std::string mode = mode_name(state.clocked().mode());
    window_canvas().text({at.x, at.y + (frame - text_size(mode, ui::Font::small).y) / 2}, ui::u32(ui::colors::dim),
                         mode, ui::Font::small);
    at.x += label;
  }
  if (end - at.x > em * 2 && !ui::is_hidden("time.track")) draw_track(source, state, {at, {end, at.y + frame}});
}

/// What is said at the right end of the status line.
struct Notice {
  std::string text;
  Color color;
  bool news = true;
};

Notice notice_of(const Source& source, const AppState& state) {
  if (!state.message.empty()) return {state.message, ui::colors::text};
  if (!source.notice().empty()) return {source.notice(), ui::colors::warn};
  return {source.name(), ui::colors::faint, false};
}

/// The status at the left, and a notice at the right. News gets its room before the status does.
void draw_status_line(const Source& source, const AppState& state, float width, float y) {
  const float em = ui::em(), pad = em * 0.6f, room = width - 2 * pad, least = 6 * em;
  const auto width_in = [](const std::string& text, float space) {
    return text_size(fitted(text, space, ui::Font::small), ui::Font::small).x;
  };
  const Notice notice = notice_of(source, state);
  const std::string status = status_text(source, state);
  const float wanted = text_size(notice.text, ui::Font::small).x + 2 * em;
  const float status_room = notice.news ? std::max(least, room - wanted) : room;
  ui::fitted_text(window_canvas(), {pad, y}, ui::u32(ui::colors::dim), status, status_room, ui::Font::small);
  const float left = room - width_in(status, status_room) - 2 * em;
  if (left <= least) return;
  ui::fitted_text(window_canvas(), {width - pad - width_in(notice.text, left), y}, ui::u32(notice.color), notice.text,
                  left, ui::Font::small);
}

}  // namespace

std::string status_text(const Source& source, const AppState& state) {
  const RunHistory& h = source.history();
  std::string out;
  if (state.timeline.clock == Clock::text)
    out = fmt::format("{} of {} tokens of the generated text", state.shown.generated.size(),
                      source.generation().text.size());
  else if (state.shown.any())
    out = fmt::format("snapshot {} of {} at step {}", state.playback.index() + 1, h.snapshot_count(), state.shown.step);
  else
    out = "no snapshot yet";
  if (!h.of_images()) out += and_rule(source, state.rule);
  if (!h.steps.empty()) {
    const StepMetrics& last = h.steps.back();
    out += fmt::format(" \u00b7 run at step {}", last.step);
    if (source.planned_steps() >= last.step) out += fmt::format(" of {}", source.planned_steps());
    out += fmt::format(", {} {}/s", short_number(last.tokens_per_second), unit_names(h.of_images()));
  }
  out += fmt::format(" \u00b7 {} dropped \u00b7 snapshots {:.0f} of {} MB", source.dropped(), double(h.bytes) / 1e6,
                     RunHistory::most_bytes / 1000000);
  return out;
}

float draw_bottom_bar(const Source& source, AppState& state, ImVec2 window) {
  const float em = ui::em(), frame = ImGui::GetFrameHeight();
  const bool news = !state.message.empty() || !source.notice().empty(), told = news || !is_tight(window, em);
  const float height = frame + em * (told ? 2.4f : 0.9f), top = window.y - height;
  if (ui::begin_bar("##bottom", {0, top}, {window.x, height})) {
    ImGui::SetCursorPos({em * 0.6f, em * 0.45f});
    draw_time_row(source, state, window.x - em);
    if (told) draw_status_line(source, state, window.x, top + em * 0.95f + frame);
  }
  ui::end_bar();
  return top;
}

}  // namespace tinymor
