#include "visualizer/panels/run_look.h"

#include <algorithm>
#include <iterator>

namespace tinymor {

RunLook look_of(const Comparison& comparison, const Source& run) {
  constexpr size_t colors = std::size(rival_colors), dashes = 3;
  const auto& drawn = comparison.drawn;
  const auto place = size_t(std::find(drawn.begin(), drawn.end(), &run) - drawn.begin());
  if (place == drawn.size()) return {ui::colors::faint};
  if (place == 0) return {run_color};
  // Beside a solid line a dashed one comes first; a colour comes back with another dash.
  return {rival_colors[(place - 1) % colors], Dash((place + (place - 1) / colors) % dashes)};
}

Color side_color(const Source& source, const Comparison& comparison, bool compared) {
  if (compared && !comparison.other) return compared_color;
  return look_of(comparison, compared ? *comparison.other : source).color;
}

void draw_side_mark(Canvas& canvas, ImVec2 center, bool compared, ImU32 color) {
  const float r = ui::em() * 0.3f;
  if (compared)
    canvas.triangle({center.x - r, center.y + r}, {center.x + r, center.y + r}, {center.x, center.y - r}, color);
  else
    canvas.circle(center, r, color);
}

}  // namespace tinymor
