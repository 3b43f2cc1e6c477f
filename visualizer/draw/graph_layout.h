#pragma once
// Where the boxes and arrows of a graph without cycles are, from left to right (after Sugiyama, Tagawa and Toda
// 1981): columns by the longest way, an order within each that crosses few arrows, heights between the neighbours'.
// A long graph is broken into rows, as text is into lines.

#include <vector>

#include "visualizer/draw/canvas.h"

namespace tinymor {

struct GraphEdge {
  int from, to;
  float room;           ///< Width of what is written along it, before `to`.
  float tag = 0;        ///< Width of the tag that names `from` where the edge is cut; 0: it is not drawn at all.
  bool is_cut = false;  ///< Only its end is drawn, behind a tag, as if `from` were not there.
};
struct GraphLayout {
  std::vector<Box> nodes;
  /// Corners, from the right side of a box, or a tag, to the left of another; none of what is not drawn.
  std::vector<std::vector<ImVec2>> edges;
  ImVec2 size;
  int columns = 0;  ///< Of the longest row.
  int rows = 1;
  std::vector<bool> cut = {};  ///< Which edges are: those given so, and those from one row to another.
};

/// `sizes` of the nodes, inputs before results; `edges` ascending by `to`; `gap` between columns and between boxes. The
/// columns are parted evenly among `rows`.
GraphLayout layered(const std::vector<ImVec2>& sizes, const std::vector<GraphEdge>& edges, ImVec2 gap, int rows = 1);

}  // namespace tinymor
