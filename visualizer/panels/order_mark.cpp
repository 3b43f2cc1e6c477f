#include "visualizer/panels/order_mark.h"

namespace tinymor {

void draw_order(Canvas& canvas, ImVec2 center, bool smallest_first) {
  const float size = ui::em() * 0.28f, tip = smallest_first ? -size : size;
  canvas.triangle({center.x - size, center.y - tip * 0.7f}, {center.x + size, center.y - tip * 0.7f},
                  {center.x, center.y + tip * 0.7f}, ui::u32(ui::colors::accent));
}

}  // namespace tinymor
