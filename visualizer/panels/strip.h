#pragma once
// Text tinted by depth, as the strip and the Generate panel draw it.

#include "visualizer/text_flow.h"
#include "visualizer/text_view.h"

namespace tinymor {

/// The look of a token of `view` that was computed `depth` times; shared with the generated text.
TokenLook depth_look(int depth, int recursions);
/// A row of "depth 1: 40 tokens (33 %)", as wide as `width`; it breaks into more rows where it must.
void draw_depth_legend(Canvas& canvas, const TextView& view, float width);
/// "depth 1: 40 tokens, depth 2: ..."
std::string depth_counts(const TextView& view);

}  // namespace tinymor
