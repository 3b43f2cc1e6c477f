#pragma once
// Notes that a person writes at steps of the run, and the dialog for one.

#include <string>

#include "visualizer/state/app_state.h"

namespace tinymor {

/// Reads the notes of the run. The status line says why where that is impossible.
void load_notes(const Source& source, AppState& state);
/// Opens the dialog with the note at the step that is shown. The status line says why where that is impossible.
void begin_note(const Source& source, AppState& state);
/// Draws the dialog while it is open; it makes a wish.
void draw_note_dialog(AppState& state);
/// Writes a note at the step that is shown; where that is impossible, the dialog still has it and says why. Throws
/// InputError for a run without a recording.
void keep_note(const Source& source, AppState& state, const std::string& text);

}  // namespace tinymor
