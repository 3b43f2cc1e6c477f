#include "visualizer/shell/export.h"

#include <fmt/format.h>

#include <algorithm>

#include "tensor/files.h"
#include "visualizer/draw/rasterizer.h"

namespace tinymor {
namespace {

/// The part of a picture inside a box.
Picture cropped(const Picture& whole, const Box& box) {
  const int left = std::clamp(int(box.min.x), 0, whole.width), right = std::clamp(int(box.max.x), left, whole.width);
  const int top = std::clamp(int(box.min.y), 0, whole.height), bottom = std::clamp(int(box.max.y), top, whole.height);
  Picture part{right - left, bottom - top, {}};
  for (int y = top; y < bottom; ++y) {
    const auto row = whole.rgba.begin() + (ptrdiff_t(y) * whole.width + left) * 4;
    part.rgba.insert(part.rgba.end(), row, row + ptrdiff_t(part.width) * 4);
  }
  return part;
}

}  // namespace

Panel* find_panel(const Panels& panels, const std::string& name) {
  const auto found = std::find_if(panels.begin(), panels.end(), [&](const auto& p) { return p->name() == name; });
  return found == panels.end() ? nullptr : found->get();
}

PictureRequest export_panel(const Panel& panel, const Source& source, const AppState& state, const SvgCanvas& drawing,
                            const Box& box) {
  make_folder("exports");
  const std::string stem = fmt::format("exports/{}-step-{}", panel.name(), state.shown.step);
  write_file_atomically(stem + ".svg", drawing.file(box, ui::colors::card));
  write_file_atomically(stem + ".csv", csv(panel.table(source, state)));
  return {panel.name(), box, stem + ".png"};
}

void save_picture(const PictureRequest& request) {
  const ui::ThemeScope theme(theme_of_files);
  write_png(cropped(newest_frame(request.panel), request.box), request.file);
}

Picture newest_frame(const std::string& window) {
  const Color c = window.empty() ? ui::colors::ground : ui::colors::card;
  return rasterize(*ImGui::GetDrawData(), font_texture(), uint32_t(c.r << 16 | c.g << 8 | c.b), window);
}

}  // namespace tinymor
