#pragma once
// A graph of operations as data, for drawing it: as Graphviz text here, in a panel in the visualizer.
// Docs: docs/03-autograd.md

#include <cstdint>
#include <string>
#include <vector>

#include "autograd/variable.h"

namespace tinymor {

struct GraphNode {
  std::string op;    ///< Name of the operation; "parameter" for a leaf, "constant" for an input without a gradient.
  std::string name;  ///< What its owner called it, or empty.
  Shape shape;
  std::vector<int64_t> inputs;  ///< Indices of the nodes it was computed from, in the order of its arguments.
  Tensor value, grad;           ///< Undefined where the graph does not hold them.
  const Node* node = nullptr;   ///< On the tape; null for a constant.
};

/// Everything that `result` was computed from, inputs before results, `result` last. Values are there when it was
/// computed under KeepValues (constants too, which are left out otherwise); gradients when backward retained the graph.
std::vector<GraphNode> graph_of(const Variable& result);

/// The graph in Graphviz's language: one box per node with operation, name, shape, and what is known of value and
/// gradient (up to four elements in full, otherwise their range).
std::string graphviz(const std::vector<GraphNode>& graph);

}  // namespace tinymor
