#pragma once
// The two bars around the panels: what is shown and how, above; when, below.

#include "visualizer/state/app_state.h"

namespace tinymor {

/// Pages, rule, training and zoom; breaks into more rows in a narrow window. Returns where it ends.
float draw_top_bar(const Source& source, AppState& state, ImVec2 window, bool can_open);
/// The time line and the status line. Returns where it begins.
float draw_bottom_bar(const Source& source, AppState& state, ImVec2 window);
/// The track of the time line: drag to scrub, Shift and drag to loop, the wheel zooms. Tagged "time.track".
void draw_track(const Source& source, AppState& state, const Box& box);
/// Lets a person write a note at the step that is shown, or change the one there is; says why where that cannot be.
void begin_note(const Source& source, AppState& state);
void draw_note_dialog(AppState& state);
/// "step 400 of 400, loss 1.83, ...": the status line.
std::string status_text(const Source& source, const AppState& state);
/// It, and all that is marked on the time line.
std::string timeline_text(const Source& source, const AppState& state);

}  // namespace tinymor
