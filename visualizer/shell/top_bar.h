#pragma once
// The bar above the panels: what is shown, and how.

#include "visualizer/shell/opening.h"

namespace tinymor {

/// Pages, rule, training and zoom; breaks into more rows in a narrow window. Returns where it ends.
float draw_top_bar(const Source& source, AppState& state, ImVec2 window, const Opener& opener);

}  // namespace tinymor
