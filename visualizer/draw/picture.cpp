#include "visualizer/draw/picture.h"

#include <stb_image_write.h>

#include <atomic>
#include <utility>

#include "tensor/files.h"

namespace tinymor {

Image::Image(Picture p)
    : picture(std::move(p)), id([] {
        static std::atomic<uint64_t> made{0};
        return ++made;
      }()) {}

std::string png_bytes(const Picture& image) {
  // Pictures of a window are flat areas: they are smallest without a filter.
  stbi_write_force_png_filter = 0;
  stbi_write_png_compression_level = 16;
  std::string bytes;
  const auto append = [](void* to, void* data, int size) {
    static_cast<std::string*>(to)->append(static_cast<const char*>(data), size_t(size));
  };
  stbi_write_png_to_func(append, &bytes, image.width, image.height, 4, image.rgba.data(), image.width * 4);
  return bytes;
}

void write_png(const Picture& image, const std::filesystem::path& file) {
  write_file_atomically(file, png_bytes(image));
}

}  // namespace tinymor
