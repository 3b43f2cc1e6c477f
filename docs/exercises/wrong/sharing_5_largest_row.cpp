// Takes the largest row and lets it stand for all.
// It is told: the error should be 0.381966, yours is 1.000000
#define best_rank_one sharing_5_largest_row
#include "../checks/sharing_5_low_rank.cpp"

namespace tinymor {

RankOne best_rank_one(const std::vector<std::vector<double>>& rows) {
  RankOne best{std::vector<double>(rows.size()), rows[0]};
  for (const std::vector<double>& row : rows)
    if (std::abs(row[0]) > std::abs(best.right[0])) best.right = row;
  for (size_t i = 0; i < rows.size(); ++i) best.left[i] = best.right[0] == 0 ? 0 : rows[i][0] / best.right[0];
  return best;
}

}  // namespace tinymor
