// Counts rows instead of positions.
// It is told: the last 3 positions of 0 2 3 5: row 2 should see 2 from row 1 on, you gave 3 from row 0 on
#define seen_in_window attention_5_rows
#include <algorithm>

#include "../checks/attention_5_window.cpp"

namespace tinymor {

std::vector<Seen> seen_in_window(const std::vector<int64_t>&, const std::vector<int64_t>& offsets, int64_t window) {
  std::vector<Seen> seen;
  for (size_t s = 0; s + 1 < offsets.size(); ++s)
    for (int64_t i = offsets[s]; i < offsets[s + 1]; ++i) {
      const int64_t first = std::max(offsets[s], i - window + 1);
      seen.push_back({first, i - first + 1});
    }
  return seen;
}

}  // namespace tinymor
