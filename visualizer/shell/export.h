#pragma once
// Saving a panel as files while the window is open: SVG and CSV at once, PNG when the frame has been rendered.

#include <memory>
#include <string>
#include <vector>

#include "visualizer/draw/picture.h"
#include "visualizer/draw/svg.h"
#include "visualizer/panels/panel.h"

namespace tinymor {

/// What is saved is for paper and slides.
inline constexpr Theme theme_of_files = Theme::light;

using Panels = std::vector<std::unique_ptr<Panel>>;
/// Null for an unknown name.
Panel* find_panel(const Panels& panels, const std::string& name);

/// A panel to save as PNG once the frame is rendered, without what is drawn over it.
struct PictureRequest {
  std::string panel;
  Box box;
  std::string file;
};

/// Writes exports/PANEL-step-N.svg and .csv; returns what makes the picture. Throws Error when that is impossible.
PictureRequest export_panel(const Panel& panel, const Source& source, const AppState& state, const SvgCanvas& drawing,
                            const Box& box);
/// Call after ImGui::Render.
void save_picture(const PictureRequest& request);
/// The frame that was rendered last; with a name, only the window of that name.
Picture newest_frame(const std::string& window = "");

}  // namespace tinymor
