#pragma once
// The card of the current step across the window, the glow around what it speaks of, and the list of lessons.

#include "visualizer/draw/ui.h"
#include "visualizer/state/app_state.h"

namespace tinymor {

/// Draws the current step below `top`, with ticks at what is done; returns where it ends. Tagged "lesson".
float draw_lesson(AppState& state, const Source& source, ImVec2 window, float top);
/// Lets what the step speaks of glow and the other panels step back, below popups and dialogs; before these are drawn,
/// and in every frame.
void draw_highlights(const AppState& state, const ui::Registry& registry);
/// The list of lessons, while state.tutor.choosing.
void draw_lesson_list(AppState& state, const Source& source);

}  // namespace tinymor
