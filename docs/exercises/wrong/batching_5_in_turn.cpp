// Serves one text after the other.
// It is told: wanted [5,5], 6 rows: should give [3,3], you gave [5,1]
#define fair_rows batching_5_in_turn
#include <algorithm>

#include "../checks/batching_5_fair.cpp"

namespace tinymor {

std::vector<int64_t> fair_rows(const std::vector<int64_t>& wanted, int64_t rows) {
  std::vector<int64_t> given;
  for (int64_t want : wanted) {
    given.push_back(std::min(want, rows));
    rows -= given.back();
  }
  return given;
}

}  // namespace tinymor
