#pragma once
// What comes with the program: lessons, the glossary, and runs to look at.

#include <filesystem>

#include "visualizer/state/app_state.h"

namespace tinymor {

/// Gives the window what is in the folder `share` of it.
void take_bundled(const std::filesystem::path& share, AppState& state);

}  // namespace tinymor
