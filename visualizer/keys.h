#pragma once
// The keys of the window, and the list of them that the help shows.

#include <span>

#include "visualizer/app_state.h"

namespace tinymor {

struct KeyHelp {
  const char* keys;
  const char* does;
};
std::span<const KeyHelp> key_help();

/// Acts on the keys of this frame; none while a text field has them.
void handle_keys(const Source& source, AppState& state);

}  // namespace tinymor
