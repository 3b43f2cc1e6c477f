#pragma once
// The keys of the window, and the list of them that the help shows.

#include <vector>

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
/// Acts on the keys of this frame; a text field, a menu or a dialog that has them keeps them.
void handle_keys(const Source& source, AppState& state);

}  // namespace tinymor
