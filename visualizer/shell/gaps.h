#pragma once
// The gaps between the panels of a page, which the mouse drags and the arrow keys move.

#include "visualizer/draw/ui.h"
#include "visualizer/state/app_state.h"
#include "visualizer/state/layout.h"

namespace tinymor {

/// Gives the panels of a page the room that their gaps leave them, and draws the gaps. They can be moved unless the
/// window is bare.
void draw_gaps(Page& page, AppState& state, ui::Registry& registry);

}  // namespace tinymor
