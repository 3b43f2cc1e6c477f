#pragma once
// The dialog that chooses what to look at while the window is open.

#include "visualizer/shell/opening.h"

namespace tinymor {

/// Draws the dialog while it is open; it makes wishes.
void draw_open_dialog(AppState& state, const Opener& opener);

}  // namespace tinymor
