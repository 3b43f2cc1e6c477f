#pragma once
// What a window remembers of the one before: how large everything is, and how pictures are drawn. A scene file like any
// other, in the folder where programs of this person keep such things.

#include <filesystem>

#include "visualizer/state/app_state.h"

namespace tinymor {

/// tinymor/window.scene below $XDG_CONFIG_HOME or ~/.config; empty where there is neither.
std::filesystem::path preferences_file();
/// Sets what the file says, and passes over what it does not know. A missing file says nothing.
void recall_preferences(AppState& state, const Source& source, const std::filesystem::path& file);
/// Writes the file; where that is not allowed the next window begins as if there had been none before.
void remember_preferences(const AppState& state, const Source& source, const std::filesystem::path& file);

}  // namespace tinymor
