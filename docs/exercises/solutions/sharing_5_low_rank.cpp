// Each round multiplies what belongs to the largest singular value by the most.
#include <cmath>
#include <numeric>

#include "exercises.h"

namespace tinymor {

RankOne best_rank_one(const std::vector<std::vector<double>>& rows) {
  const size_t m = rows.size(), n = rows[0].size();
  std::vector<double> left(m), right(n);
  for (size_t j = 0; j < n; ++j) right[j] = 1 / (1.0 + double(j));
  const auto by_rows = [&] {
    for (size_t i = 0; i < m; ++i) left[i] = std::inner_product(rows[i].begin(), rows[i].end(), right.begin(), 0.0);
  };
  for (int round = 0; round < 200; ++round) {
    by_rows();
    double length = 0;
    std::vector<double> next(n);
    for (size_t j = 0; j < n; ++j) {
      for (size_t i = 0; i < m; ++i) next[j] += rows[i][j] * left[i];
      length += next[j] * next[j];
    }
    if (length == 0) break;
    for (size_t j = 0; j < n; ++j) right[j] = next[j] / std::sqrt(length);
  }
  by_rows();
  return {left, right};
}

}  // namespace tinymor
