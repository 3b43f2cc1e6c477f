// Exercise 3 of chapter 14: a sum of products with an instruction that knows no sign on its left.
//
// Move the sign from a to b, or move the zero: a + 128 has no sign, and makes the sum too large by 128 times the sum of
// b.
#include "exercises.h"

namespace tinymor {

int64_t dot_without_sign(const std::vector<int64_t>& a, const std::vector<int64_t>& b,
                         const std::function<int64_t(int64_t, int64_t)>& multiply) {
  return {};
}

}  // namespace tinymor
