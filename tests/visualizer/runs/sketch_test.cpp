// What is drawn on a pad: as a text, and as the image that a model is given.

#include "visualizer/runs/sketch.h"

#include <algorithm>
#include <cstdlib>

#include "support/catch.h"

using namespace tinymor;

namespace {

/// A seven whose upper left corner is at (x,y), `size` pixels large.
Sketch seven(float x, float y, float size) {
  Sketch sketch;
  sketch.draw(x, y, x + size * 0.7f, y);
  sketch.draw(x + size * 0.7f, y, x + size * 0.3f, y + size);
  return sketch;
}

int largest_difference(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b) {
  int most = 0;
  for (size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(int(a[i]) - int(b[i])));
  return most;
}

}  // namespace

TEST_CASE("a sketch is a text that gives the same sketch again") {
  const Sketch sketch = seven(5, 4, 18);
  CHECK(Sketch::parse(sketch.text()) == sketch);
  CHECK(Sketch().text() == ".");
  CHECK(Sketch::parse(".") == Sketch());
  CHECK(Sketch::parse("/.f")->ink(1, 1) == 1);
  for (const char* wrong : {"", "none", "..g", "F", "............................1"}) {
    CAPTURE(wrong);
    CHECK_FALSE(Sketch::parse(wrong));
  }
  CHECK_FALSE(Sketch::parse(std::string(28, '/') + "1"));
}

TEST_CASE("wherever something is drawn the model sees it in the middle, 20 of 28 pixels large") {
  const std::vector<uint8_t> image = seven(8, 6, 16).pixels(28);
  CHECK(largest_difference(image, seven(5, 9, 16).pixels(28)) <= 1);
  double total = 0, across = 0, along = 0;
  int top = 28, bottom = -1;
  for (int y = 0; y < 28; ++y)
    for (int x = 0; x < 28; ++x) {
      const double ink = image[size_t(y * 28 + x)];
      total += ink;
      across += ink * x;
      along += ink * y;
      if (ink <= 64) continue;
      top = std::min(top, y);
      bottom = std::max(bottom, y);
    }
  CHECK(across / total == Approx(13.5).margin(0.1));
  CHECK(along / total == Approx(13.5).margin(0.1));
  CHECK(bottom - top + 1 >= 19);
  CHECK(bottom - top + 1 <= 22);
  CHECK(Sketch().pixels(8) == std::vector<uint8_t>(64, 0));
}

TEST_CASE("the eraser takes away what the pen drew, and the image of a sketch is that sketch") {
  Sketch sketch;
  sketch.draw(10, 10, 16, 10);
  CHECK(sketch.ink(13, 10) == 1);
  CHECK(sketch.ink(13, 11) < 1);  // a soft edge
  CHECK(sketch.ink(13, 14) == 0);
  std::vector<uint8_t> pixels;
  for (int i = 0; i < 28 * 28; ++i) pixels.push_back(uint8_t(255 * sketch.ink(i % 28, i / 28)));
  CHECK(Sketch::of(pixels) == sketch);
  sketch.draw(10, 10, 16, 10, true);
  CHECK(sketch.empty());
}
