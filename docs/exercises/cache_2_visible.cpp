// Exercise 2 of chapter 9: which positions a query sees.
//
// depths[s] > recursion says whether position s takes that recursion, as recursions are counted from 0.
#include "exercises.h"

namespace tinymor {

std::vector<int64_t> visible_positions(const std::vector<int64_t>& depths, int64_t recursion, int64_t position,
                                       bool shared) {
  return {};
}

}  // namespace tinymor
