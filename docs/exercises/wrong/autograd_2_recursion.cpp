// A recursion that goes as deep as the graph: what a node depends on comes behind it when the order is turned around.
// It is told: it filled the stack when the check tried a chain of 1000000 nodes
#define backward_order autograd_2_recursion
#include <algorithm>

#include "../checks/autograd_2_order.cpp"

namespace tinymor {

void visit(const std::vector<std::vector<int64_t>>& inputs, int64_t node, std::vector<bool>& seen,
           std::vector<int64_t>& order) {
  if (seen[node]) return;
  seen[node] = true;
  for (int64_t input : inputs[node]) visit(inputs, input, seen, order);
  order.push_back(node);
}

std::vector<int64_t> backward_order(const std::vector<std::vector<int64_t>>& inputs, int64_t result) {
  std::vector<bool> seen(inputs.size());
  std::vector<int64_t> order;
  visit(inputs, result, seen, order);
  std::reverse(order.begin(), order.end());
  return order;
}

}  // namespace tinymor
