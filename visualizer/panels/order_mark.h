#pragma once
// The mark of the column that a table is sorted by.

#include "visualizer/draw/canvas.h"

namespace tinymor {

/// A triangle that points down where the largest is first.
void draw_order(Canvas& canvas, ImVec2 center, bool smallest_first);

}  // namespace tinymor
