// Leaves what a modest text does not want.
// It is told: wanted [9,1], 4 rows: should give [3,1], you gave [2,1]
#define fair_rows batching_5_one_round
#include <algorithm>

#include "../checks/batching_5_fair.cpp"

namespace tinymor {

std::vector<int64_t> fair_rows(const std::vector<int64_t>& wanted, int64_t rows) {
  std::vector<int64_t> given;
  const int64_t n = int64_t(wanted.size());
  for (int64_t i = 0; i < n; ++i) given.push_back(std::min(wanted[i], rows / n + (i < rows % n)));
  return given;
}

}  // namespace tinymor
