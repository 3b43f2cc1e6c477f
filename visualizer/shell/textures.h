#pragma once
// A frame on the graphics card, for the desktop and for the browser; its images are textures there, kept for as long as
// they are drawn.

#include <cstdint>
#include <map>

#include "visualizer/draw/imgui_compat.h"
#include "visualizer/draw/picture.h"

namespace tinymor {

/// Uploads the atlas, which has got new glyphs, into the texture that the frame's commands name.
void upload_fonts();

class Textures {
 public:
  /// Draws what ImGui has for this frame, of so many pixels.
  void draw_frame(int width, int height);
  void clear();

 private:
  /// Replaces the images in `data` by textures, and frees the textures of images that are no longer drawn.
  void resolve(ImDrawData& data);

  using Id = unsigned;  // OpenGL's

  static Id upload(const Picture& picture);

  std::map<uint64_t, Id> kept_;
};

}  // namespace tinymor
