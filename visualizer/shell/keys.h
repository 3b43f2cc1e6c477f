#pragma once
// The keys of the window, and the list of them that the help shows.

#include <vector>

#include "visualizer/draw/ui.h"
#include "visualizer/state/app_state.h"

namespace tinymor {

struct KeyHelp {
  const char* keys;
  const char* does;
};
std::vector<KeyHelp> key_help();

/// Gives a dialog's text field, as soon as it has the keyboard, what was typed since the dialog appeared.
void give_typed_ahead(AppState& state);
/// Whether Enter was pressed behind what was typed ahead, which the field has got now; once.
bool take_entered_ahead(AppState& state);
/// Moves the keyboard from control to control, and presses the one it is at.
void move_keyboard(ui::Registry& registry, const AppState& state);
/// The panel that the control with the keyboard is in; empty: none.
std::string panel_at_keyboard(const ui::Registry& registry);
/// Draws a ring around the control that the keyboard is at.
void draw_focus_ring(const ui::Registry& registry);
/// Acts on the keys of this frame; a text field, a menu or a dialog that has them keeps them.
void handle_keys(const Source& source, AppState& state);

/// Ctrl with '+', '-' or '0': larger, smaller, 100 %.
void zoom_key(AppState& state, char key);

}  // namespace tinymor
