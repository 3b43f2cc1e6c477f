#pragma once
// Text tinted by depth, as the strip and the Generate panel draw it.

#include "visualizer/draw/text_flow.h"
#include "visualizer/views/text_view.h"

namespace tinymor {

/// The look of a token of `view` that was computed `depth` times; shared with the generated text.
TokenLook depth_look(int depth, int recursions);
/// A row of "1 recursion: 40 (33 %)" for what took these depths, as wide as `width`; it breaks into more rows where it
/// must. Where nothing recurs it says that everything takes the `whole`, "all 8 layers".
void draw_depth_legend(Canvas& canvas, const std::vector<int>& depths, const std::string& whole, int recursions,
                       float width);
/// "depth 1: 40 tokens, depth 2: ..."
std::string depth_counts(const TextView& view);

}  // namespace tinymor
