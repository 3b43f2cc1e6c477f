#include "visualizer/draw/rasterizer.h"

#include <filesystem>
#include <fstream>

#include "support/catch.h"
#include "tensor/error.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"

using namespace tinymor;

namespace {

// One frame with what `draw` puts into the background, on black.
template <class Draw>
Picture paint(Draw&& draw) {
  ImGuiContext* context = ImGui::CreateContext();
  ImGui::SetCurrentContext(context);
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.DisplaySize = {32, 32};
  io.DeltaTime = 0.1f;
  const FontTexture texture = font_texture();
  ImGui::NewFrame();
  ImDrawList& list = *ImGui::GetBackgroundDrawList();
  list.Flags = 0;
  draw(list);
  ImGui::Render();
  Picture picture = rasterize(*ImGui::GetDrawData(), texture, 0x000000);
  ImGui::DestroyContext(context);
  return picture;
}

int red(const Picture& picture, int x, int y) {
  return picture.rgba[size_t(y * picture.width + x) * 4];
}

}  // namespace

TEST_CASE("a rectangle fills exactly its pixels, each once") {
  const Picture picture = paint([](ImDrawList& list) {
    list.AddRectFilled({4, 6}, {10, 9}, IM_COL32(200, 0, 0, 128));
  });
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) {
      const bool inside = x >= 4 && x < 10 && y >= 6 && y < 9;
      REQUIRE(red(picture, x, y) == (inside ? 100 : 0));
    }
  }
}

TEST_CASE("nothing is drawn outside the clip rectangle or the picture") {
  const Picture picture = paint([](ImDrawList& list) {
    list.PushClipRect({8, 8}, {16, 16});
    list.AddRectFilled({-1e6f, -1e6f}, {1e6f, 1e6f}, IM_COL32(255, 0, 0, 255));
    list.PopClipRect();
  });
  CHECK(red(picture, 8, 8) == 255);
  CHECK(red(picture, 15, 15) == 255);
  CHECK(red(picture, 7, 8) == 0);
  CHECK(red(picture, 16, 15) == 0);
}

TEST_CASE("triangles of numbers that are not finite draw nothing") {
  const Picture picture = paint([](ImDrawList& list) {
    const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
    list.AddTriangleFilled({0, 0}, {nan, 10}, {10, inf}, IM_COL32(255, 0, 0, 255));
  });
  CHECK(std::count(picture.rgba.begin(), picture.rgba.end(), 255) == 32 * 32);
}

TEST_CASE("corners beyond what an int reaches paint what is inside of the picture, and end") {
  const Picture picture = paint([](ImDrawList& list) {
    list.AddTriangleFilled({1e18f, 0}, {1e18f, 1e18f}, {2e18f, 5}, IM_COL32(255, 0, 0, 255));
    list.AddTriangleFilled({-1e18f, -4e9f}, {-2e18f, 7}, {-1e18f, 9}, IM_COL32(255, 0, 0, 255));
  });
  CHECK(std::count(picture.rgba.begin(), picture.rgba.end(), 255) == 32 * 32);
}

TEST_CASE("the same run gives the same picture, bit for bit") {
  const auto draw = [] {
    RecordingSource source("sample", sample_recording());
    Headless window(source, 1024, 640);
    window.frames(4);
    return window.picture();
  };
  const Picture first = draw(), second = draw();
  CHECK(first.rgba == second.rgba);
  size_t lit = 0;
  for (size_t i = 0; i < first.rgba.size(); i += 4) lit += first.rgba[i] > 100;
  CHECK(lit > 10000);
}

TEST_CASE("a picture becomes a PNG file, or an error that says why not") {
  const auto file = std::filesystem::temp_directory_path() / "tinymor_rasterizer_test.png";
  write_png({2, 1, {1, 2, 3, 255, 4, 5, 6, 255}}, file);
  std::ifstream stream(file, std::ios::binary);
  std::string magic(4, 0);
  stream.read(magic.data(), 4);
  CHECK(magic == "\x89PNG");
  std::filesystem::remove(file);
  CHECK_THROWS_AS(write_png({1, 1, {0, 0, 0, 255}}, "/no/such/folder/a.png"), Error);
}
