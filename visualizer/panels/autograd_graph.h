#pragma once
// The picture of the autograd explorer: the values of a walkthrough as boxes, their uses as arrows, and every gradient
// that flows. A leaf's number can be dragged, or typed into a popup.

#include <string>
#include <tuple>
#include <vector>

#include "visualizer/draw/graph_layout.h"
#include "visualizer/draw/memo.h"
#include "visualizer/explorer/walkthrough.h"
#include "visualizer/state/app_state.h"

namespace tinymor {

/// Everything that is known of value `index` after a step, in one line.
std::string describe(const Walkthrough& walk, int index, int step);

class AutogradGraph {
 public:
  /// Draws what step `state.autograd_step` did as a sentence, and the graph below it, into the rest of the window.
  /// Editing a leaf changes `state.expression`, whose walkthrough `walk` is.
  void draw(const Walkthrough& walk, AppState& state, Canvas& canvas);

 private:
  struct Layout {
    GraphLayout graph;
    float sentence = 0;  ///< Height of the longest sentence of any step.
  };
  Layout lay_out(const Walkthrough& walk, ImVec2 room) const;

  Memo<std::tuple<std::string, float, float, float>, Layout> layout_;  // by expression, text height and free room
  int shown_step_ = 0;                                                 // in the last frame: another step is scrolled to
};

}  // namespace tinymor
