#include "visualizer/draw/canvas.h"

#include <array>
#include <cmath>
#include <optional>
#include <string>

#include "visualizer/draw/glossary.h"
#include "visualizer/draw/glyphs.h"

namespace tinymor {
namespace {

class WindowCanvas : public Canvas {
 public:
  void rect(const Box& box, ImU32 color, float rounding) override {
    list().AddRectFilled(box.min, box.max, color, rounding);
  }
  void outline(const Box& box, ImU32 color, float thickness, float rounding) override {
    ui::add_outline(list(), box.min, box.max, color, rounding, thickness);
  }
  void line(ImVec2 from, ImVec2 to, ImU32 color, float thickness) override {
    list().AddLine(from, to, color, thickness);
  }
  void polyline(const std::vector<ImVec2>& points, ImU32 color, float thickness) override {
    if (points.size() > 1) ui::add_polyline(list(), points.data(), int(points.size()), color, thickness);
  }
  void triangle(ImVec2 a, ImVec2 b, ImVec2 c, ImU32 color) override { list().AddTriangleFilled(a, b, c, color); }
  void circle(ImVec2 center, float radius, ImU32 color) override { list().AddCircleFilled(center, radius, color); }
  void text(ImVec2 position, ImU32 color, std::string_view text, ui::Font which) override {
    ImFont* font = ui::font(which);
    const ImVec2 aligned(std::floor(position.x), std::floor(position.y));
    const ui::Drawn drawn(text, which);
    list().AddText(font, font->FontSize, aligned, color, drawn.begin(), drawn.end());
    explain_terms(aligned, text, which);
  }
  void image(const Box& box, const Image& image) override {
    list().AddImage(const_cast<Image*>(&image), box.min, box.max);
  }
  void push_clip(const Box& box) override { list().PushClipRect(box.min, box.max, true); }
  void pop_clip() override { list().PopClipRect(); }

 private:
  static ImDrawList& list() { return *ImGui::GetWindowDrawList(); }
};

/// Draws with the window's canvas and with another one, which is clipped as the window is.
class TwoCanvases : public Canvas {
 public:
  TwoCanvases(Canvas& window, Canvas& other) : window_(window), other_(other) {}
  ~TwoCanvases() override {
    if (clip_) other_.pop_clip();
  }
  Canvas& other() {
    const ImDrawList& list = *ImGui::GetWindowDrawList();
    const Box now{list.GetClipRectMin(), list.GetClipRectMax()};
    if (clip_ && same(*clip_, now)) return other_;
    if (clip_) other_.pop_clip();
    other_.push_clip(*(clip_ = now));
    return other_;
  }
  void rect(const Box& box, ImU32 color, float rounding) override {
    for (Canvas* canvas : both()) canvas->rect(box, color, rounding);
  }
  void outline(const Box& box, ImU32 color, float thickness, float rounding) override {
    for (Canvas* canvas : both()) canvas->outline(box, color, thickness, rounding);
  }
  void line(ImVec2 from, ImVec2 to, ImU32 color, float thickness) override {
    for (Canvas* canvas : both()) canvas->line(from, to, color, thickness);
  }
  void polyline(const std::vector<ImVec2>& points, ImU32 color, float thickness) override {
    for (Canvas* canvas : both()) canvas->polyline(points, color, thickness);
  }
  void triangle(ImVec2 a, ImVec2 b, ImVec2 c, ImU32 color) override {
    for (Canvas* canvas : both()) canvas->triangle(a, b, c, color);
  }
  void circle(ImVec2 center, float radius, ImU32 color) override {
    for (Canvas* canvas : both()) canvas->circle(center, radius, color);
  }
  void text(ImVec2 position, ImU32 color, std::string_view text, ui::Font font) override {
    for (Canvas* canvas : both()) canvas->text(position, color, text, font);
  }
  void image(const Box& box, const Image& image) override {
    for (Canvas* canvas : both()) canvas->image(box, image);
  }
  void push_clip(const Box& box) override { window_.push_clip(box); }
  void pop_clip() override { window_.pop_clip(); }

 private:
  static bool same(const Box& a, const Box& b) {
    return a.min.x == b.min.x && a.min.y == b.min.y && a.max.x == b.max.x && a.max.y == b.max.y;
  }
  std::array<Canvas*, 2> both() { return {&window_, &other()}; }

  Canvas &window_, &other_;
  std::optional<Box> clip_;  // that the other one has now
};

thread_local std::optional<TwoCanvases> both;  // the window's and that of the scope

}  // namespace

Canvas& window_canvas() {
  static WindowCanvas canvas;
  return both ? static_cast<Canvas&>(*both) : canvas;
}

DrawingScope::DrawingScope(Canvas& drawing) {
  both.emplace(window_canvas(), drawing);
}
DrawingScope::~DrawingScope() {
  both.reset();
}

Canvas* drawing() {
  return both ? &both->other() : nullptr;
}

const Image* image_of(const ImDrawCmd& command) {
  const ImTextureID texture = command.GetTexID();
  return texture == ImGui::GetIO().Fonts->TexID ? nullptr : static_cast<const Image*>(texture);
}

ImVec2 text_size(std::string_view text, ui::Font which) {
  ImFont* font = ui::font(which);
  const ui::Drawn drawn(text, which);
  return font->CalcTextSizeA(font->FontSize, 1e9f, 0, drawn.begin(), drawn.end());
}

std::string fitting(const std::vector<std::string>& texts, float width, ui::Font font) {
  for (const std::string& text : texts)
    if (text_size(text, font).x <= width) return text;
  return fitted(texts.back(), width, font);
}

std::string fitted(std::string_view text, float width, ui::Font font) {
  if (text_size(text, font).x <= width) return std::string(text);
  constexpr std::string_view dots = "...", separators[] = {" \u00b7 ", " "};
  const float room = width - text_size(dots, font).x;
  size_t kept = text.size();
  const auto inside_character = [&] { return kept > 0 && (static_cast<unsigned char>(text[kept]) >> 6) == 2; };
  while (kept > 0 && text_size(text.substr(0, kept), font).x > room) {
    --kept;
    while (inside_character()) --kept;
  }
  for (const std::string_view separator : separators) {
    const size_t end = kept > 0 ? text.rfind(separator, kept - 1) : text.npos;
    const size_t whole = end == text.npos ? 0 : end + 1;  // with the blank, so that the dots are no part of a word
    if (whole > kept / 2) return std::string(text.substr(0, whole)) + std::string(dots);
  }
  return std::string(text.substr(0, kept)) + std::string(dots);
}

void text_right(Canvas& canvas, ImVec2 right, ImU32 color, std::string_view text, ui::Font font) {
  canvas.text({right.x - text_size(text, font).x, right.y}, color, text, font);
}

void text_centered(Canvas& canvas, ImVec2 center, ImU32 color, std::string_view text, ui::Font font) {
  const ImVec2 size = text_size(text, font);
  canvas.text({center.x - size.x / 2, center.y - size.y / 2}, color, text, font);
}

void gauge(Canvas& canvas, const Box& bar, double part, ImU32 fill, ImU32 ground, float rounding) {
  canvas.rect(bar, ground, rounding);
  if (part >= 0) canvas.rect({bar.min, {bar.min.x + bar.width() * float(part), bar.max.y}}, fill, rounding);
}

void gauge_mark(Canvas& canvas, const Box& bar, double part, float overhang) {
  const float x = bar.min.x + bar.width() * float(part);
  canvas.line({x, bar.min.y - overhang}, {x, bar.max.y + overhang}, ui::u32(ui::colors::text), 1.5f);
}

void double_frame(Canvas& canvas, const Box& box) {
  const float thick = std::max(1.5f, ui::em() * 0.1f);
  for (const float out : {thick, 3 * thick})
    canvas.outline(box.inset(-out, -out), ui::u32(ui::colors::text), thick, out);
}

void curve(Canvas& canvas, ImVec2 from, ImVec2 to, ImU32 color, float thickness) {
  std::vector<ImVec2> points;
  for (int i = 0; i <= 16; ++i) {
    const float t = float(i) / 16, ease = t * t * (3 - 2 * t);
    points.push_back({from.x + (to.x - from.x) * t, from.y + (to.y - from.y) * ease});
  }
  canvas.polyline(points, color, thickness);
}

}  // namespace tinymor
