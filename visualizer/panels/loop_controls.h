#pragma once
// What can be done on the page "Loop": go through the story, and change what happens in it.

#include "visualizer/panels/loop_told.h"

namespace tinymor {

/// Buttons and a slider for the events of the story, `width` wide.
void draw_events(AppState& state, const Told& told, float width);
/// The bar, the depth of one word or patch, and the step of the training.
void draw_verbs(const Source& source, AppState& state, const Told& told);

}  // namespace tinymor
