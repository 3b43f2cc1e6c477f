// Two passes: the first finds the nodes and counts their uses, the second visits nodes that have no use left.
#include "exercises.h"

namespace tinymor {

std::vector<int64_t> backward_order(const std::vector<std::vector<int64_t>>& inputs, int64_t result) {
  std::vector<int64_t> uses(inputs.size(), 0), reached{result};
  for (size_t i = 0; i < reached.size(); ++i)
    for (int64_t input : inputs[reached[i]])
      if (uses[input]++ == 0) reached.push_back(input);
  std::vector<int64_t> order{result};
  for (size_t i = 0; i < order.size(); ++i)
    for (int64_t input : inputs[order[i]])
      if (--uses[input] == 0) order.push_back(input);
  return order;
}

}  // namespace tinymor
