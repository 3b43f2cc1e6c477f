#pragma once
// Saving a panel as files while the window is open: SVG and CSV at once, PNG when the frame has been rendered.

#include <optional>
#include <string>

#include "visualizer/panel.h"
#include "visualizer/svg.h"

namespace tinymor {

/// Draws with two canvases at once.
class TwoCanvases : public Canvas {
 public:
  TwoCanvases(Canvas& first, Canvas& second) : canvases_{&first, &second} {}
  void rect(const Box& box, ImU32 color, float rounding) override;
  void outline(const Box& box, ImU32 color, float thickness, float rounding) override;
  void line(ImVec2 from, ImVec2 to, ImU32 color, float thickness) override;
  void polyline(const std::vector<ImVec2>& points, ImU32 color, float thickness) override;
  void triangle(ImVec2 a, ImVec2 b, ImVec2 c, ImU32 color) override;
  void circle(ImVec2 center, float radius, ImU32 color) override;
  void text(ImVec2 position, ImU32 color, std::string_view text, ui::Font font) override;
  void image(const Box& box, const Image& image) override;
  void push_clip(const Box& box) override;
  void pop_clip() override;

 private:
  Canvas* canvases_[2];
};

/// A part of the next rendered frame that is to be saved as PNG.
struct PictureRequest {
  Box box;
  std::string file;
};

/// Writes exports/PANEL-step-N.svg and .csv; returns where the picture shall go. Throws Error when that is impossible.
PictureRequest export_panel(const Panel& panel, const Source& source, const AppState& state, const SvgCanvas& drawing,
                            const Box& box);
/// Call after ImGui::Render with the frame's data.
void save_picture(const PictureRequest& request, const ImDrawData& data);

}  // namespace tinymor
