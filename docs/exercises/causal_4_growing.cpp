// Exercise 4 of chapter 8, a harder one: top-k on a text that grows.
//
// A text of n tokens is routed by top-k: recursion r takes the k best of the tokens that took the recursion before,
// with k = max(1, floor(capacity[r] * n)) or all there are, if fewer. Of equal scores the earlier token is taken. Do
// this for n = 1, then 2, and so on to the whole text, and give the depths of each. Look at your result when it is
// right: a token's depth changes after it was written.
#include "exercises.h"

namespace tinymor {

std::vector<std::vector<int64_t>> depths_while_growing(const std::vector<std::vector<double>>& scores,
                                                       const std::vector<double>& capacity) {
  return {};
}

}  // namespace tinymor
