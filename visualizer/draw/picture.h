#pragma once
// A picture in memory and its way into a PNG file.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "visualizer/draw/palette.h"

namespace tinymor {

struct Picture {
  int width = 0, height = 0;
  std::vector<uint8_t> rgba;  ///< Rows from the top, four bytes each.
};
/// Sets a pixel, opaque.
inline void set_pixel(Picture& picture, int x, int y, Color color) {
  uint8_t* pixel = &picture.rgba[(size_t(y) * picture.width + x) * 4];
  pixel[0] = color.r;
  pixel[1] = color.g;
  pixel[2] = color.b;
  pixel[3] = 255;
}

/// A picture inside a panel, a heat map say. It never changes, so that a renderer may keep its texture by `id`.
struct Image {
  explicit Image(Picture p);
  const Picture picture;
  const uint64_t id;
};

/// The bytes of a PNG file.
std::string png_bytes(const Picture& image);
/// Throws Error when the file cannot be written.
void write_png(const Picture& image, const std::filesystem::path& file);

}  // namespace tinymor
