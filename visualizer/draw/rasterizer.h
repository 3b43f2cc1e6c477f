#pragma once
// Draws what ImGui wants drawn without a graphics card: the triangles of ImDrawData into a Picture. The same input
// gives the same bytes on every machine.

#include "visualizer/draw/imgui_compat.h"
#include "visualizer/draw/picture.h"

namespace tinymor {

/// The font atlas of the current context as a texture.
struct FontTexture {
  int width = 0, height = 0;
  std::vector<uint8_t> alpha;  ///< All of its pixels are white.
};
FontTexture font_texture();

/// `background` opaque, 0xRRGGBB. With a name, only what is drawn in the window of that name and in those inside of it.
Picture rasterize(const ImDrawData& data, const FontTexture& texture, uint32_t background,
                  const std::string& window = "");

}  // namespace tinymor
