#pragma once
// How the window steers the run that it shows: wishes that panels have left, settings that the run obeys, and pauses.

#include "visualizer/runs/rest.h"
#include "visualizer/state/app_state.h"

namespace tinymor {

/// Carries a wish to the run. Wishes to open, train, race or swap do nothing here: they concern the window. Throws what
/// the run throws.
void steer(const Wish& wish, Source& source, AppState& state);

/// Passes on to the run what the settings say now: the learning rate, how text is written, the lens's experiment.
void obey_settings(Source& source, AppState& state);

/// Pauses a run that trains where the settings say that it should rest. `seconds` since the last call.
void pause_to_rest(Rest& rest, Source& source, AppState& state, double seconds);

}  // namespace tinymor
