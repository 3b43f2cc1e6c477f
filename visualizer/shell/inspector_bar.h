#pragma once
// The inspector in one line, for pages of tokens that have no room for its panel.

#include "visualizer/runs/source.h"
#include "visualizer/state/app_state.h"

namespace tinymor {

/// Draws it above `bottom` where the page needs it; returns where it begins. Its height is always the same, so that
/// nothing moves when the mouse does.
float draw_inspector_bar(const Source& source, AppState& state, ImVec2 window, float bottom);

}  // namespace tinymor
