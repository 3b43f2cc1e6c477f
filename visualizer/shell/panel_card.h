#pragma once
// One panel in its frame: title, switches, caption, and what can be done with every panel.

#include <optional>

#include "visualizer/shell/export.h"

namespace tinymor {

/// Of the windows of panels and of the gaps between them.
constexpr ImGuiWindowFlags panel_flags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                         ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                                         ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoScrollWithMouse |
                                         ImGuiWindowFlags_NoBackground;

/// Draws a panel. Where it is the one to be exported, saves it too and returns what is left to be saved: its picture,
/// once the frame is rendered.
std::optional<PictureRequest> draw_panel_card(Panel& panel, const Box& box, const Source& source, AppState& state);

}  // namespace tinymor
