#pragma once
// The dialog that chooses which of the runs are drawn in the curves and in the comparison.

#include "visualizer/state/app_state.h"

namespace tinymor {

/// Draws it while it is open.
void draw_runs_dialog(const Source& source, AppState& state);

}  // namespace tinymor
