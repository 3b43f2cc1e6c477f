#pragma once
// Saving a panel as files while the window is open: SVG and CSV at once, PNG when the frame has been rendered.

#include <optional>
#include <string>

#include "visualizer/draw/svg.h"
#include "visualizer/panels/panel.h"

namespace tinymor {

/// What is drawn of a panel in the next rendered frame, and nothing that lies over it, is to be saved as PNG.
struct PictureRequest {
  std::string panel;
  Box box;
  std::string file;
};

/// Writes exports/PANEL-step-N.svg and .csv; returns where the picture shall go. Throws Error when that is impossible.
PictureRequest export_panel(const Panel& panel, const Source& source, const AppState& state, const SvgCanvas& drawing,
                            const Box& box);
/// Call after ImGui::Render with the frame's data.
void save_picture(const PictureRequest& request, const ImDrawData& data);

}  // namespace tinymor
