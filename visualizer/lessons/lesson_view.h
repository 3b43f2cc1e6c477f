#pragma once
// The card of the current step across the window, the glow around what it is about, and the list of lessons.

#include "visualizer/draw/ui.h"
#include "visualizer/state/app_state.h"

namespace tinymor {

/// Draws the current step below `top`, with ticks at what is done; returns where it ends. Tagged "lesson".
float draw_lesson(AppState& state, const Source& source, ImVec2 window, float top);
/// Scrolls to what a step is about, once when it begins.
void reveal_highlight(AppState& state, ui::Registry& registry);
/// Lets what the step is about glow and dims the other panels. Must be called in every frame, before popups and dialogs
/// are drawn.
void draw_highlights(const AppState& state, const ui::Registry& registry);
/// The list of lessons, while state.tutor.choosing.
void draw_lesson_list(AppState& state, const Source& source);

}  // namespace tinymor
