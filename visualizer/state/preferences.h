#pragma once
// What a window remembers from the one before: how large everything is, and how pictures are drawn. It is an ordinary
// scene file in the user's folder for settings.

#include <filesystem>

#include "visualizer/state/app_state.h"

namespace tinymor {

/// tinymor/window.scene below $XDG_CONFIG_HOME or ~/.config; empty without either.
std::filesystem::path preferences_file();
/// Sets what the file says, and skips lines that it does not know. A missing file changes nothing.
void recall_preferences(AppState& state, const Source& source, const std::filesystem::path& file);
/// Writes the file. Where that is not allowed, the next window begins like a first one.
void remember_preferences(const AppState& state, const Source& source, const std::filesystem::path& file);

}  // namespace tinymor
