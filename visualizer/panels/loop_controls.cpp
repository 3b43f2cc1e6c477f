#include "visualizer/panels/loop_controls.h"

#include <fmt/format.h>

#include <algorithm>

#include "visualizer/draw/fields.h"
#include "visualizer/panels/loop_words.h"
#include "visualizer/panels/panel.h"

namespace tinymor {
namespace {

void draw_forced_depth(const Source& source, AppState& state) {
  std::vector<std::string> names = {"as routed"};
  for (int r = 1; r <= source.geometry().recursions; ++r) names.push_back(std::to_string(r));
  std::vector<const char*> labels;
  for (const std::string& name : names) labels.push_back(name.c_str());
  // "As routed" is lit while nothing is changed, and takes back all that is.
  const bool changed = state.wanted().changes_something();
  const int lit = state.what_if.depth == 0 && changed ? -1 : state.what_if.depth;
  const int pressed = ui::segmented("loop.depth", labels, lit);
  if (pressed == lit) return;
  state.what_if.depth = pressed;
  if (pressed == 0) state.what_if = {};
  const TextView& text = state.shown.text(Subject::watched, state.rule);
  if (pressed > 0 && !pinned_in(state, Subject::watched, text.size())) {
    const auto [from, to] = first_sentence(text);
    state.pinned = TokenRef{Subject::watched, deepest_token(text, from, to)};
  }
}

}  // namespace

void draw_events(AppState& state, const Told& told, float width) {
  const int last = told.story.events() - 1;
  StoryPlay& story = state.story;
  const int event = std::min(story.event, last);
  if (ui::icon_button("loop.back", ui::Icon::previous, event > 0, false, "The event before (Backspace)"))
    story.step(event - 1);
  ImGui::SameLine();
  const bool plays = story.playing;
  if (ui::icon_button("loop.play", plays ? ui::Icon::pause : ui::Icon::play, true, plays, "Play the story (P)"))
    story.toggle();
  ImGui::SameLine();
  if (ui::icon_button("loop.next", ui::Icon::next, event < last, false, "The next event (Space)"))
    story.step(event + 1);
  ImGui::SameLine();
  int place = event + 1;
  const std::string label = fmt::format("event {} of {}", event + 1, last + 1);
  const float instruments =
      width > ui::em() * 50 ? ui::button_width("Open the instruments") + ImGui::GetStyle().ItemSpacing.x : 0;
  const float left = width - instruments - ImGui::GetCursorPosX() + ImGui::GetStyle().WindowPadding.x;
  ImGui::SetNextItemWidth(std::max(ui::em() * 4, left - text_size("event 99 of 99").x - ui::em()));
  ui::slider("loop.event", place, 1, last + 1, "");
  if (place != event + 1) story.step(place - 1);
  ImGui::SameLine();
  ImGui::AlignTextToFramePadding();
  ui::label(label, ui::colors::dim);
  if (instruments == 0) return;
  ImGui::SameLine();
  if (ui::button("loop.instruments", "Open the instruments", true, "The same text in all other panels"))
    state.page = "Overview";
}

void draw_verbs(const Source& source, AppState& state) {
  const float em = ui::em(), wide = ImGui::GetContentRegionAvail().x / 3 - em, left = ImGui::GetCursorPosX();
  const float top = ImGui::GetCursorPosY();
  int column = 0;
  const auto verb = [&](const char* name, const std::string& note) {
    ImGui::SetCursorPos({left + float(column++) * (wide + em * 1.5f), top});
    ImGui::BeginGroup();
    ui::label(name, ui::colors::text, ui::Font::bold);
    ui::fitted_label(note, wide, ui::colors::dim, ui::Font::small);
    ImGui::SetNextItemWidth(wide);
  };
  const bool can = source.can_generate() && source.geometry().routing != Routing::none;
  Experiment& e = state.what_if;
  if (can && source.geometry().routing == Routing::expert_choice) {
    const bool training = state.rule == RuleView::training;
    verb(training ? "Change the capacity" : "Move the bar",
         training ? fmt::format("{:.2f} times as many may go on", e.capacity)
                  : fmt::format("a token needs a score of {:.2f} to go on", e.cut_off));
    if (training)
      ui::slider("loop.bar", e.capacity, 0.1f, 3, "");
    else
      ui::slider("loop.bar", e.cut_off, 0.01f, 0.99f, "");
    ImGui::EndGroup();
  }
  if (can) {
    verb("Force a word", "it takes as many passes as you say");
    draw_forced_depth(source, state);
    ImGui::EndGroup();
  }
  if (const int count = source.history().snapshot_count(); count > 1) {
    verb("Rewind the training", fmt::format("step {} of {}", state.shown.step, source.history().last_step()));
    int place = state.playback.index();
    ui::slider("loop.rewind", place, 0, count - 1, "");
    if (place != state.playback.index()) {
      state.playback.jump(place, count);
      state.what_if = {};  // an experiment is made with the newest weights
    }
    ImGui::EndGroup();
  }
}

}  // namespace tinymor
