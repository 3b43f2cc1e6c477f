#include "visualizer/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "tensor/files.h"
#include "visualizer/rasterizer.h"

namespace tinymor {

void TwoCanvases::rect(const Box& box, ImU32 color, float rounding) {
  for (Canvas* canvas : canvases_) canvas->rect(box, color, rounding);
}
void TwoCanvases::outline(const Box& box, ImU32 color, float thickness, float rounding) {
  for (Canvas* canvas : canvases_) canvas->outline(box, color, thickness, rounding);
}
void TwoCanvases::line(ImVec2 from, ImVec2 to, ImU32 color, float thickness) {
  for (Canvas* canvas : canvases_) canvas->line(from, to, color, thickness);
}
void TwoCanvases::polyline(const std::vector<ImVec2>& points, ImU32 color, float thickness) {
  for (Canvas* canvas : canvases_) canvas->polyline(points, color, thickness);
}
void TwoCanvases::triangle(ImVec2 a, ImVec2 b, ImVec2 c, ImU32 color) {
  for (Canvas* canvas : canvases_) canvas->triangle(a, b, c, color);
}
void TwoCanvases::circle(ImVec2 center, float radius, ImU32 color) {
  for (Canvas* canvas : canvases_) canvas->circle(center, radius, color);
}
void TwoCanvases::text(ImVec2 position, ImU32 color, std::string_view text, ui::Font font) {
  for (Canvas* canvas : canvases_) canvas->text(position, color, text, font);
}
void TwoCanvases::image(const Box& box, const Image& image) {
  for (Canvas* canvas : canvases_) canvas->image(box, image);
}
void TwoCanvases::push_clip(const Box& box) {
  for (Canvas* canvas : canvases_) canvas->push_clip(box);
}
void TwoCanvases::pop_clip() {
  for (Canvas* canvas : canvases_) canvas->pop_clip();
}

PictureRequest export_panel(const Panel& panel, const Source& source, const AppState& state, const SvgCanvas& drawing,
                            const Box& box) {
  make_folder("exports");
  const std::string stem = fmt::format("exports/{}-step-{}", panel.name(), state.shown.step);
  write_file_atomically(stem + ".svg", drawing.file(box, ui::colors::ground));
  write_file_atomically(stem + ".csv", csv(panel.table(source, state)));
  return {box, stem + ".png"};
}

void save_picture(const PictureRequest& request, const ImDrawData& data) {
  const Color c = ui::colors::ground;
  const Picture whole = rasterize(data, font_texture(), uint32_t(c.r << 16 | c.g << 8 | c.b));
  const int left = std::clamp(int(request.box.min.x), 0, whole.width),
            top = std::clamp(int(request.box.min.y), 0, whole.height);
  Picture part{std::clamp(int(request.box.max.x), left, whole.width) - left,
               std::clamp(int(request.box.max.y), top, whole.height) - top,
               {}};
  for (int y = 0; y < part.height; ++y) {
    const auto row = whole.rgba.begin() + (ptrdiff_t(top + y) * whole.width + left) * 4;
    part.rgba.insert(part.rgba.end(), row, row + ptrdiff_t(part.width) * 4);
  }
  write_png(part, request.file);
}

}  // namespace tinymor
