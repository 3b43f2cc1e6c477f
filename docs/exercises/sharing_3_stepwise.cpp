// Exercise 3 of chapter 6: layers evenly from the first to the last.
//
// Number i of `count` is low + i (high - low) / (count - 1), rounded to the nearest whole number, and to the even one
// when two are equally near: 3 of 1..6 are 1, 3.5 and 6, so 1, 4, 6. A single one is `low`. Whole numbers are enough:
// the quotient and the remainder of a division say on which side of a half one is.
#include "exercises.h"

namespace tinymor {

std::vector<int64_t> evenly(int64_t low, int64_t high, int64_t count) {
  return {};
}

}  // namespace tinymor
