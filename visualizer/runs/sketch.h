#pragma once
// What a person draws, as ink on a square of pixels, and the image that a model is given of it: moved and scaled as the
// images that such models are trained on are. A sketch is also a text, so that a scene can say it.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tinymor {

class Sketch {
 public:
  static constexpr int side = 28;  ///< Pixels of a side, whatever the size of the model's images.

  /// Of an image, [n*n] pixels, 255 is ink; what is fainter than a tenth of that is paper.
  static Sketch of(std::span<const uint8_t> pixels);
  /// Rows with / between them: one letter for each pixel, . for paper and 1 to f for ink, without the paper at their
  /// ends; "." where nothing is drawn.
  std::string text() const;
  /// Nothing where `text` is not such a text.
  static std::optional<Sketch> parse(std::string_view text);

  /// The pen goes from one point to another, with a soft edge; or the eraser, which is wider. In pixels, the middle of
  /// the first one is (0,0).
  void draw(float from_x, float from_y, float to_x, float to_y, bool erase = false);
  bool empty() const { return *this == Sketch(); }
  /// 0 to 1.
  float ink(int x, int y) const { return float(levels_[size_t(y * side + x)]) / most; }

  /// [n*n] as in MNIST: scaled so that what is drawn fills 20 of 28 pixels in its longer direction, and moved so that
  /// the middle of its ink is the middle of the image. A small drawing gets at most twice as large, or its line would
  /// get too thick.
  std::vector<uint8_t> pixels(int n) const;

  bool operator==(const Sketch&) const = default;

 private:
  static constexpr int most = 15;
  struct Frame;
  Frame frame() const;
  /// Between the middles of pixels; paper outside.
  float at(float x, float y) const;

  std::array<uint8_t, size_t(side* side)> levels_{};  // 0 is paper, `most` is ink
};

}  // namespace tinymor
