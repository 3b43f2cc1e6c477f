#pragma once
// Text as tinted tokens, as several panels draw it, and the legend of depths.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "visualizer/draw/text_flow.h"
#include "visualizer/state/app_state.h"

namespace tinymor {

/// The look of a token that took `depth` of the recursions.
TokenLook depth_look(int depth, int recursions);
/// A row of "1 recursion: 40 (33 %)" for these depths, as wide as `width`; it breaks into more rows where it must. In a
/// model without recursions it says that everything takes the `whole`, "all 8 layers".
void draw_depth_legend(Canvas& canvas, const std::vector<int>& depths, const std::string& whole,
                       const std::string& unit, int recursions, float width);

/// A text that was drawn into a window, and the token under the mouse.
struct DrawnText {
  TextFlow flow;
  ImVec2 origin;
  std::optional<int> under_mouse;
};
/// Draws the tokens of `pieces` into the current window, which scrolls where they are too many. Panels point at the
/// token under the mouse, and a click pins it; tokens that are selected, pinned or in the marked part of the text are
/// outlined.
DrawnText draw_text(Canvas& canvas, AppState& state, Subject subject, const std::vector<std::string>& pieces,
                    const std::function<TokenLook(int)>& look);

}  // namespace tinymor
