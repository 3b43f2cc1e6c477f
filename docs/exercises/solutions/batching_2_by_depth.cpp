// Each text takes the slot that is free first.
#include <algorithm>
#include <numeric>

#include "exercises.h"

namespace tinymor {

int64_t calls_by_depth(const std::vector<std::vector<int64_t>>& depths, int64_t slots) {
  std::vector<int64_t> busy(size_t(slots), 0);  // until which call each slot is
  for (const std::vector<int64_t>& text : depths)
    *std::min_element(busy.begin(), busy.end()) += std::accumulate(text.begin(), text.end(), int64_t(0));
  return *std::max_element(busy.begin(), busy.end());
}

}  // namespace tinymor
