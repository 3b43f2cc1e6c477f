#pragma once
// A picture in memory and its way into a PNG file.

#include <cstdint>
#include <filesystem>
#include <vector>

namespace tinymor {

struct Picture {
  int width = 0, height = 0;
  std::vector<uint8_t> rgba;  ///< Rows from the top, four bytes each.
};

/// Throws Error when the file cannot be written.
void write_png(const Picture& image, const std::filesystem::path& file);

}  // namespace tinymor
