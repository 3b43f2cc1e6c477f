#pragma once
// The text or image of a person's own that is run in place of the run's own ones.

#include "visualizer/state/app_state.h"

namespace tinymor {

/// The run's own text or images are shown again: the text that it watched while it trained, the newest of its images.
void show_recorded(const Source& source, AppState& state);
/// The image that the person draws is shown; a pad on which nothing is drawn yet begins with the image that is shown.
void show_drawing(const Source& source, AppState& state);

}  // namespace tinymor
