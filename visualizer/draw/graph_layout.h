#pragma once
// Where the boxes and arrows of a graph without cycles are, from left to right (after Sugiyama, Tagawa and Toda
// 1981): columns by the longest way, an order within each that crosses few arrows, heights between the neighbours'.

#include <vector>

#include "visualizer/draw/canvas.h"

namespace tinymor {

struct GraphEdge {
  int from, to;
  float room;  ///< Width of what is written along it, before `to`.
};
struct GraphLayout {
  std::vector<Box> nodes;
  std::vector<std::vector<ImVec2>> edges;  ///< Corners, from the right side of a box to the left side of another.
  ImVec2 size;
  int columns = 0;
};

/// `sizes` of the nodes, inputs before results; `edges` ascending by `to`; `gap` between columns and between boxes.
GraphLayout layered(const std::vector<ImVec2>& sizes, const std::vector<GraphEdge>& edges, ImVec2 gap);

}  // namespace tinymor
