#include "visualizer/shell/note_dialog.h"

#include <fmt/format.h>

#include "tensor/error.h"
#include "visualizer/draw/fields.h"
#include "visualizer/shell/keys.h"

namespace tinymor {
namespace {

constexpr const char* no_recording = "note: this run has no recording to keep it beside (open a run folder)";

}  // namespace

void load_notes(const Source& source, AppState& state) {
  try {
    state.timeline.notes = read_notes(source.recording());
  } catch (const Error& error) {
    state.say(error.what());
  }
}

void begin_note(const Source& source, AppState& state) {
  if (source.recording().empty()) return state.say(no_recording);
  state.timeline.writing = true;
  state.timeline.problem.clear();
  state.timeline.draft.clear();
  for (const Note& note : state.timeline.notes)
    if (note.step == state.shown.step) state.timeline.draft = note.text;
}

void draw_note_dialog(AppState& state) {
  Timeline& timeline = state.timeline;
  if (!timeline.writing) return;
  if (ui::begin_dialog("##note", ui::em() * 34)) {
    ui::label(fmt::format("Note at step {}", state.shown.step), ui::colors::text, ui::Font::bold);
    ImGui::SetNextItemWidth(-1);
    const bool appears = ImGui::IsWindowAppearing();
    state.awaits_text |= appears;
    const bool entered = ui::text_field("note.text", timeline.draft, appears) || take_entered_ahead(state);
    if (!timeline.problem.empty()) ui::paragraph(timeline.problem, ui::colors::warn);
    const bool keep = ui::chip("note.keep", "Keep", true, "Keeps the note in a file beside the recording (Enter)");
    ImGui::SameLine();
    if (ui::button("note.cancel", "Cancel", true, "Closes this without a note (Esc)")) timeline.writing = false;
    if (keep || entered || ui::enter_pressed()) {
      state.wishes.push_back({Wish::note, 0, timeline.draft});
      timeline.writing = false;
    }
  }
  ui::end_dialog();
}

void keep_note(const Source& source, AppState& state, const std::string& text) {
  if (source.recording().empty()) throw InputError(no_recording);
  try {
    write_note(state.timeline.notes, {state.shown.step, text}, source.recording());
  } catch (const std::exception& error) {
    state.timeline.writing = true;
    state.timeline.draft = text;
    state.timeline.problem = error.what();
  }
}

}  // namespace tinymor
