// A recursion needs pages for the tokens that are at least so deep, rounded up.
#include <algorithm>

#include "exercises.h"

namespace tinymor {

int64_t pages_of(const std::vector<int64_t>& depths, int64_t block, int64_t page) {
  const int64_t recursions = depths.empty() ? 0 : *std::max_element(depths.begin(), depths.end());
  int64_t pages = 0;
  for (int64_t r = 1; r <= recursions; ++r) {
    const int64_t entries = std::count_if(depths.begin(), depths.end(), [r](int64_t depth) { return depth >= r; });
    pages += block * ((entries + page - 1) / page);
  }
  return pages;
}

}  // namespace tinymor
