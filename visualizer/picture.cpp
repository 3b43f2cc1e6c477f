#include "visualizer/picture.h"

#include <stb_image_write.h>

#include "tensor/error.h"

namespace tinymor {

void write_png(const Picture& image, const std::filesystem::path& file) {
  const int ok =
      stbi_write_png(file.string().c_str(), image.width, image.height, 4, image.rgba.data(), image.width * 4);
  check(ok != 0, "{}: the picture cannot be written (is the folder there, and may you write into it?)", file.string());
}

}  // namespace tinymor
