#pragma once
// The track of the time line.

#include <string>

#include "visualizer/state/app_state.h"

namespace tinymor {

/// Drag to scrub, Shift and drag to loop, the wheel zooms. Tagged "time.track".
void draw_track(const Source& source, AppState& state, const Box& box);
/// The status line, and all that is marked on the time line.
std::string timeline_text(const Source& source, const AppState& state);

}  // namespace tinymor
