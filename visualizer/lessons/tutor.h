#pragma once
// Takes a person through a lesson: sees what was done and seen, and turns to the next step.

#include "visualizer/draw/ui.h"
#include "visualizer/state/app_state.h"

namespace tinymor {

/// Whether the setting or fact compares as the condition says.
bool holds(const Condition& condition, const AppState& state, const Source& source);

/// Whether what a card says is there can be seen in the newest frame.
bool can_be_seen(const Claim& claim, const AppState& state, const Source& source, const ui::Registry& registry);
/// Notes which tasks of the step are done, one after the other.
void check_tasks(AppState& state, const Source& source);

/// The next (+1) or previous step; after the last one the lesson ends. What goes wrong becomes the window's message.
void turn_lesson(AppState& state, const Source& source, int by);

}  // namespace tinymor
