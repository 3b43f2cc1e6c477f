// Exercise 1 of chapter 7: the k best, in the order of the text.
//
// With the scores 3, 1, 2, 3 and k = 2 the result is {0,3}; with k = 3 it is {0,2,3}. One way: sort the places 0, 1, 2,
// ... by their scores (std::stable_sort keeps equal ones in their order), keep k of them, and sort those again as
// numbers.
#include "exercises.h"

namespace tinymor {

std::vector<int64_t> top_k_in_order(const std::vector<double>& scores, int64_t k) {
  return {};
}

}  // namespace tinymor
