#pragma once
// A canvas that writes its marks as SVG text: the same panel as in the window, sharp at any size, for papers and
// slides. Texts are as wide as in the window, whatever font the reader has.

#include <string>

#include "visualizer/draw/canvas.h"

namespace tinymor {

class SvgCanvas : public Canvas {
 public:
  void rect(const Box& box, ImU32 color, float rounding = 0) override;
  void outline(const Box& box, ImU32 color, float thickness, float rounding = 0) override;
  void line(ImVec2 from, ImVec2 to, ImU32 color, float thickness) override;
  void polyline(const std::vector<ImVec2>& points, ImU32 color, float thickness) override;
  void triangle(ImVec2 a, ImVec2 b, ImVec2 c, ImU32 color) override;
  void circle(ImVec2 center, float radius, ImU32 color) override;
  void text(ImVec2 position, ImU32 color, std::string_view text, ui::Font font = ui::Font::body) override;
  void image(const Box& box, const Image& image) override;
  void push_clip(const Box& box) override;
  void pop_clip() override;

  /// The marks of the box `part` as a whole file on `background`.
  std::string file(const Box& part, Color background) const;

 private:
  std::string body_;
  int clips_ = 0, open_ = 0;
};

}  // namespace tinymor
