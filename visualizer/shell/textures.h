#pragma once
// The images of a frame as textures of the graphics card, kept for as long as they are drawn.

#include <cstdint>
#include <map>

#include "visualizer/draw/imgui_compat.h"
#include "visualizer/draw/picture.h"

namespace tinymor {

class Textures {
 public:
  /// Replaces the images in `data` by textures, and frees the textures of images that are no longer drawn.
  void resolve(ImDrawData& data);
  void clear();

 private:
  using Id = unsigned;  // OpenGL's

  static Id upload(const Picture& picture);

  std::map<uint64_t, Id> kept_;
};

}  // namespace tinymor
