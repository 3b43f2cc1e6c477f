#pragma once
// The help over the window: what the colours mean and which keys there are.

#include "visualizer/state/app_state.h"

namespace tinymor {

void draw_help(AppState& state);

}  // namespace tinymor
