#pragma once
// The bar below the panels: when, and what was just done.

#include <string>

#include "visualizer/state/app_state.h"

namespace tinymor {

/// The time line and the status line. Returns where it begins.
float draw_bottom_bar(const Source& source, AppState& state, ImVec2 window);
/// "step 400 of 400, loss 1.83, ...": the status line.
std::string status_text(const Source& source, const AppState& state);

}  // namespace tinymor
