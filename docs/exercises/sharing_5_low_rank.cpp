// Exercise 5 of chapter 6, a harder one: the best product of rank 1.
//
// A use of a shared set misses R, the difference to the layer that it replaces. What is the best product of a column
// and a row, left right^T, to put in its place? Power iteration finds it: begin with any right, for example all ones;
// take left = R right, then right = R^T left, bring right to the length 1, and go on, a hundred rounds or until it
// hardly moves. In the end left = R right once more. Mind an R of zeros, whose product has the length 0, and a
// beginning that R turns into zeros: one that has no pattern, such as 1, 0.9, 0.8, ..., is safer than all ones.
#include "exercises.h"

namespace tinymor {

RankOne best_rank_one(const std::vector<std::vector<double>>& rows) {
  return {};
}

}  // namespace tinymor
