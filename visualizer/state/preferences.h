#pragma once
// What a window remembers from the one before: how large everything is, how pictures are drawn, what was opened last
// and which lessons are done. It is an ordinary scene file, but for the last two, in the user's folder for settings.

#include <filesystem>
#include <string>

#include "visualizer/state/app_state.h"

namespace tinymor {

/// tinymor/window.scene below $XDG_CONFIG_HOME or ~/.config; empty without either.
std::filesystem::path preferences_file();
/// Sets what the file says, and skips lines that it does not know. A missing file changes nothing.
void recall_preferences(AppState& state, const Source& source, const std::filesystem::path& file);
/// The lines of such a file.
std::string preferences_of(const AppState& state, const Source& source);
/// Writes the file. Where that is not allowed, the next window begins like a first one.
void remember_preferences(const AppState& state, const Source& source, const std::filesystem::path& file);

}  // namespace tinymor
