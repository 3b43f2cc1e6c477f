#pragma once
// The track of the time line.

#include <string>

#include "visualizer/state/app_state.h"

namespace tinymor {

/// What is seen of the time line where that is not all of it: a button shows all again, which is left out where there
/// is less room than `width`. Returns whether it is there.
bool draw_zoom_of_time(const Source& source, AppState& state, float width);
/// Drag to scrub, Shift and drag to loop, the wheel zooms. Tagged "time.track".
void draw_track(const Source& source, AppState& state, const Box& box);
/// The status line, and all that is marked on the time line.
std::string timeline_text(const Source& source, const AppState& state);

}  // namespace tinymor
