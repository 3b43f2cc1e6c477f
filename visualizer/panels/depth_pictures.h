#pragma once
// The pictures beside the table of depths: tokens at which the router was wrong, depth and loss at other cut-offs, and
// depth over the run.

#include "visualizer/draw/canvas.h"
#include "visualizer/draw/plot.h"
#include "visualizer/panels/depth_views.h"

namespace tinymor {

/// Two clouds of tokens over the router's score: refused though needed, and granted in vain, each with its worst ten.
/// Widgets named depth.dots.N and depth.worst.N.
void draw_misjudged(Canvas& canvas, const Box& box, AppState& state, const DepthShown& shown);

/// Loss over compute, a dot for each cut-off of the causal rule. The widget is named depth.cut_offs.
void draw_cut_offs(Canvas& canvas, const Box& box, const AppState& state, const DepthShown& shown);
/// "cut-off 0.5: 2.31 nats at 5.20 layers and 1.23M FLOPs per token"
std::string cut_off_words(const CutOffPoint& point);

/// The share of the watched text's tokens that take each recursion, at every snapshot. A click goes to that step.
void draw_depth_over_training(Canvas& canvas, const Box& box, const Source& source, AppState& state,
                              const std::vector<SnapshotDepth>& depths, Plot& plot);

}  // namespace tinymor
