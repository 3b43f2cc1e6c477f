#pragma once
// How runs look: each has one colour and one dash while it is drawn, the same in curves, comparison and time line.

#include "visualizer/draw/plot.h"
#include "visualizer/state/app_state.h"

namespace tinymor {

struct RunLook {
  Color color;
  Dash dash = Dash::none;
};
/// By its place among the runs that are drawn, each of which looks different; one that is not drawn is grey.
RunLook look_of(const Comparison& comparison, const Source& run);

/// Of A, what the other panels show, or of B, what it is compared with: that of its run. A step of the same run that is
/// B has a colour that no run has.
Color side_color(const Source& source, const Comparison& comparison, bool compared);
/// The mark of a side around `center`: a disc for A, a triangle for B.
void draw_side_mark(Canvas& canvas, ImVec2 center, bool compared, ImU32 color);

}  // namespace tinymor
