#pragma once
// Takes a person through a lesson: sets the window up for each step, sees what was done, and draws the step.

#include "visualizer/draw/ui.h"
#include "visualizer/state/settings.h"

namespace tinymor {

/// Whether the setting or fact compares as the condition says.
bool holds(const Condition& condition, const AppState& state, const Source& source);

/// Whether what a card says is there can be seen in the newest frame.
bool can_be_seen(const Claim& claim, const AppState& state, const Source& source, const ui::Registry& registry);
/// Notes which tasks of the step are done, one after the other.
void check_tasks(AppState& state, const Source& source);

/// Goes to a step of a lesson of state.lessons and sets the window up for it. Throws InputError when it cannot.
void enter_lesson(AppState& state, const Source& source, int lesson, int step);
/// The next (+1) or previous step; after the last one the lesson ends. What goes wrong becomes the window's message.
void turn_lesson(AppState& state, const Source& source, int by);

/// Draws the current step below `top`, with ticks at what is done; returns where it ends. Tagged "lesson".
float draw_lesson(AppState& state, const Source& source, ImVec2 window, float top);
/// Lets what the step speaks of glow and the other panels step back, below popups and dialogs; before these are drawn,
/// and in every frame.
void draw_highlights(const AppState& state, const ui::Registry& registry);
/// The list of lessons, while state.tutor.choosing.
void draw_lesson_list(AppState& state, const Source& source);

}  // namespace tinymor
