#pragma once
// How the graph of the autograd explorer is fitted into its room: what is written in the boxes and along the arrows,
// and where they are. A long graph is broken into rows; where there is little room boxes show only names, or are marks.

#include <string>

#include "visualizer/draw/graph_layout.h"
#include "visualizer/explorer/walkthrough.h"

namespace tinymor {

/// What is written along the arrows: the chain rule with numbers, what it comes to, or nothing.
enum class Flow { chain, result, none };
/// How much is written.
struct Detail {
  bool names, tags, numbers, checks;
  Flow flow;
  float gap_x, gap_y;  ///< Between columns and between boxes, in em.
};

struct FittedGraph {
  GraphLayout graph;
  Detail detail;
};
/// The graph with as much detail as fits into `room`, in one row if that only shortens what is along the arrows.
FittedGraph fit(const Walkthrough& walk, ImVec2 room);

/// The heading of a box: "w", "h = tanh", "mul #2"; where only names fit, the name.
std::string title_of(const Walkthrough::Value& value, const Detail& detail);
/// "0.5 \u00b7 2 = 1", where the second is the local derivative.
std::string flow_text(const Walkthrough::Use& use, Flow flow);
/// What central differences make of a leaf's gradient, which agrees with it or not.
std::string checked_text(const Walkthrough::Value& value, bool agrees);
/// The gradient as a sum where it has one or two parts, else what it has come to.
std::string short_gradient(const Walkthrough& walk, int value, int step);
/// Height of a line in the small font.
float small_line();

}  // namespace tinymor
