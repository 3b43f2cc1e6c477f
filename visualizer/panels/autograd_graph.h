#pragma once
// The picture of the autograd explorer: the values of a walkthrough as boxes, their uses as arrows, and every gradient
// that flows. It fits its room at any size: a long graph is broken into rows, and where there is little room boxes show
// only names, or are marks. A leaf's number can be dragged, or typed into a popup.

#include <string>
#include <tuple>

#include "visualizer/draw/memo.h"
#include "visualizer/panels/autograd_layout.h"
#include "visualizer/state/app_state.h"

namespace tinymor {

/// Everything that is known of value `index` after a step, in one line.
std::string describe(const Walkthrough& walk, int index, int step);

class AutogradGraph {
 public:
  /// Draws the graph after step `state.autograd_step` into `box`; the value `explained` stands out. Editing a leaf
  /// changes `state.expression`, whose walkthrough `walk` is.
  void draw(const Walkthrough& walk, AppState& state, Canvas& canvas, const Box& box, int explained);

  /// The value that the mouse or the keyboard was at in the last frame; -1: none.
  int pointed() const { return pointed_; }

 private:
  Memo<std::tuple<std::string, float, float, float>, FittedGraph> fitted_;  // by text, em and room
  int pointed_ = -1;
};

}  // namespace tinymor
