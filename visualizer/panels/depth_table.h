#pragma once
// The groups of surveyed tokens as a table whose columns sort it, and below it examples of a group, or one of them in
// full.

#include "visualizer/draw/canvas.h"
#include "visualizer/panels/depth_views.h"

namespace tinymor {

/// Widgets named depth.sort.N, depth.row.N, depth.example.N and depth.back.
void draw_depth_table(Canvas& canvas, const Box& box, AppState& state, const DepthShown& shown,
                      const std::vector<DepthGroup>& groups);

}  // namespace tinymor
