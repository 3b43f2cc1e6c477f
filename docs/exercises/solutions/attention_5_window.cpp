// Two fingers on the rows of a text: neither ever goes back.
#include "exercises.h"

namespace tinymor {

std::vector<Seen> seen_in_window(const std::vector<int64_t>& positions, const std::vector<int64_t>& offsets,
                                 int64_t window) {
  std::vector<Seen> seen;
  for (size_t s = 0; s + 1 < offsets.size(); ++s) {
    int64_t first = offsets[s];
    for (int64_t i = offsets[s]; i < offsets[s + 1]; ++i) {
      while (positions[first] <= positions[i] - window) ++first;
      seen.push_back({first, i - first + 1});
    }
  }
  return seen;
}

}  // namespace tinymor
