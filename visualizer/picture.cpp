#include "visualizer/picture.h"

#include <stb_image_write.h>

#include <atomic>
#include <utility>

#include "tensor/error.h"

namespace tinymor {

Image::Image(Picture p)
    : picture(std::move(p)), id([] {
        static std::atomic<uint64_t> made{0};
        return ++made;
      }()) {}

namespace {

/// Pictures of a window are flat areas: they are smallest without a filter.
void prefer_small_files() {
  stbi_write_force_png_filter = 0;
  stbi_write_png_compression_level = 16;
}

}  // namespace

std::string png_bytes(const Picture& image) {
  prefer_small_files();
  std::string bytes;
  const auto append = [](void* to, void* data, int size) {
    static_cast<std::string*>(to)->append(static_cast<const char*>(data), size_t(size));
  };
  stbi_write_png_to_func(append, &bytes, image.width, image.height, 4, image.rgba.data(), image.width * 4);
  return bytes;
}

void write_png(const Picture& image, const std::filesystem::path& file) {
  prefer_small_files();
  const int ok =
      stbi_write_png(file.string().c_str(), image.width, image.height, 4, image.rgba.data(), image.width * 4);
  check(ok != 0, "{}: the picture cannot be written (is the folder there, and may you write into it?)", file.string());
}

}  // namespace tinymor
