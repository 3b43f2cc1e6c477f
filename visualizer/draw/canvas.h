#pragma once
// What panels draw their pictures with: a dozen marks, in pixels of the screen. Keeping them behind one small interface
// lets the same panel draw into a window or into any other kind of picture.

#include <string>
#include <string_view>
#include <vector>

#include "visualizer/draw/picture.h"
#include "visualizer/draw/theme.h"

namespace tinymor {

/// A rectangle of the screen.
struct Box {
  ImVec2 min{0, 0}, max{0, 0};

  float width() const { return max.x - min.x; }
  float height() const { return max.y - min.y; }
  ImVec2 center() const { return {(min.x + max.x) / 2, (min.y + max.y) / 2}; }
  bool contains(ImVec2 p) const { return p.x >= min.x && p.x < max.x && p.y >= min.y && p.y < max.y; }
  Box inset(float x, float y) const { return {{min.x + x, min.y + y}, {max.x - x, max.y - y}}; }
};

class Canvas {
 public:
  virtual ~Canvas() = default;
  virtual void rect(const Box& box, ImU32 color, float rounding = 0) = 0;
  virtual void outline(const Box& box, ImU32 color, float thickness, float rounding = 0) = 0;
  virtual void line(ImVec2 from, ImVec2 to, ImU32 color, float thickness) = 0;
  virtual void polyline(const std::vector<ImVec2>& points, ImU32 color, float thickness) = 0;
  virtual void triangle(ImVec2 a, ImVec2 b, ImVec2 c, ImU32 color) = 0;
  virtual void circle(ImVec2 center, float radius, ImU32 color) = 0;
  virtual void text(ImVec2 position, ImU32 color, std::string_view text, ui::Font font = ui::Font::body) = 0;
  /// The image, each of its pixels a crisp rectangle. It must live until the frame is over.
  virtual void image(const Box& box, const Image& image) = 0;
  virtual void push_clip(const Box& box) = 0;
  virtual void pop_clip() = 0;
};

/// Width and height of a line of text.
ImVec2 text_size(std::string_view text, ui::Font font = ui::Font::body);
/// `text`, shortened with "..." so that it is at most `width` wide: after one of its parts, which " \u00b7 " separates,
/// else after a word, else, of a single word, anywhere.
std::string fitted(std::string_view text, float width, ui::Font font = ui::Font::body);
/// The first of these that fits; the last one, cut, where none does.
std::string fitting(const std::vector<std::string>& texts, float width, ui::Font font = ui::Font::body);
/// Text that ends at `right`, or whose middle is at `center`.
void text_right(Canvas& canvas, ImVec2 right, ImU32 color, std::string_view text, ui::Font font = ui::Font::body);
void text_centered(Canvas& canvas, ImVec2 center, ImU32 color, std::string_view text, ui::Font font = ui::Font::body);
/// A bar that is filled from the left by `part` (0 to 1) of its width, and a line across it at `part`. Below 0, and
/// where `part` is not a number, the bar is empty.
void gauge(Canvas& canvas, const Box& bar, double part, ImU32 fill, ImU32 ground, float rounding);
void gauge_mark(Canvas& canvas, const Box& bar, double part, float overhang);
/// Two frames around what is meant, one in the other: no other mark has this shape.
void double_frame(Canvas& canvas, const Box& box);
/// A line that leaves and arrives level.
void curve(Canvas& canvas, ImVec2 from, ImVec2 to, ImU32 color, float thickness);

/// The canvas that draws into the current ImGui window. Its images are commands whose texture is the Image itself; who
/// renders the frame puts a real texture in its place.
Canvas& window_canvas();
/// Until its end all that is drawn with window_canvas(), labels and buttons go onto `drawing`, too.
class DrawingScope {
 public:
  explicit DrawingScope(Canvas& drawing);
  ~DrawingScope();
};
/// The drawing of the scope; null when there is no scope.
Canvas* drawing();
/// The image of a command, or null when it is text and shapes.
const Image* image_of(const ImDrawCmd& command);

}  // namespace tinymor
