// Causal order is a bound on the loop; the strategy is one condition.
#include "exercises.h"

namespace tinymor {

std::vector<int64_t> visible_positions(const std::vector<int64_t>& depths, int64_t recursion, int64_t position,
                                       bool shared) {
  std::vector<int64_t> seen;
  if (depths[position] <= recursion) return seen;
  for (int64_t s = 0; s <= position; ++s)
    if (shared || depths[s] > recursion) seen.push_back(s);
  return seen;
}

}  // namespace tinymor
