#include "autograd/graph.h"

#include <algorithm>
#include <unordered_map>

#include "tensor/error.h"

namespace tinymor {
namespace {

/// "0.5", "[1, 2]", or "-1 .. 3" for many.
std::string numbers_text(const Tensor& x) {
  const std::vector<Real> numbers = x.to_vector();
  if (numbers.size() == 1) return fmt::format("{:.6g}", numbers[0]);
  if (numbers.empty() || numbers.size() > 4) {
    if (numbers.empty()) return "[]";
    const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
    return fmt::format("{:.6g} .. {:.6g}", *least, *most);
  }
  std::string text;
  for (Real number : numbers) text += fmt::format("{}{:.6g}", text.empty() ? "[" : ", ", number);
  return text + "]";
}

std::string escaped(const std::string& text) {
  std::string result;
  for (char c : text) result += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
  return result;
}

}  // namespace

std::vector<GraphNode> graph_of(const Variable& result) {
  std::vector<std::shared_ptr<Node>> tape = tape_of(result);
  std::reverse(tape.begin(), tape.end());
  std::vector<GraphNode> graph;
  std::unordered_map<const Node*, int64_t> place;
  for (const auto& node : tape) {
    GraphNode entry{
        node->op ? node->op->name() : "parameter", node->name, node->shape, {}, node->value, node->grad, node.get()};
    for (size_t i = 0; i < node->inputs.size(); ++i) {
      const Tensor value = i < node->input_values.size() ? node->input_values[i] : Tensor();
      if (node->inputs[i]) {
        const int64_t input = place.at(node->inputs[i].get());
        if (!graph[input].value.defined()) graph[input].value = value;
        entry.inputs.push_back(input);
      } else if (value.defined()) {
        entry.inputs.push_back(int64_t(graph.size()));
        graph.push_back({"constant", "", value.shape(), {}, value, {}, nullptr});
      }
    }
    place[node.get()] = int64_t(graph.size());
    graph.push_back(std::move(entry));
  }
  return graph;
}

std::string graphviz(const std::vector<GraphNode>& graph) {
  std::string text = "digraph {\n  rankdir=LR;\n  node [shape=box, fontname=sans];\n";
  for (size_t i = 0; i < graph.size(); ++i) {
    const GraphNode& node = graph[i];
    std::string label = node.op;
    if (!node.name.empty()) label += " " + escaped(node.name);
    label += "\\n" + node.shape.text();
    if (node.value.defined()) label += "\\nvalue " + numbers_text(node.value);
    if (node.grad.defined()) label += "\\ngrad " + numbers_text(node.grad);
    text += fmt::format("  n{} [label=\"{}\"];\n", i, label);
    for (int64_t input : node.inputs) text += fmt::format("  n{} -> n{};\n", input, i);
  }
  return text + "}\n";
}

}  // namespace tinymor
