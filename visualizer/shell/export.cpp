#include "visualizer/shell/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "tensor/files.h"
#include "visualizer/draw/rasterizer.h"

namespace tinymor {

PictureRequest export_panel(const Panel& panel, const Source& source, const AppState& state, const SvgCanvas& drawing,
                            const Box& box) {
  make_folder("exports");
  const std::string stem = fmt::format("exports/{}-step-{}", panel.name(), state.shown.step);
  write_file_atomically(stem + ".svg", drawing.file(box, ui::colors::ground));
  write_file_atomically(stem + ".csv", csv(panel.table(source, state)));
  return {panel.name(), box, stem + ".png"};
}

void save_picture(const PictureRequest& request, const ImDrawData& data) {
  const Color c = ui::colors::ground;
  const Picture whole = rasterize(data, font_texture(), uint32_t(c.r << 16 | c.g << 8 | c.b), request.panel);
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
