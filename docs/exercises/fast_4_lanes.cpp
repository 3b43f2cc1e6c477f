// Exercise 4 of chapter 4, a harder one: a sum with the same bits on every machine.
//
// One machine adds four numbers at a time, another one sixteen: without a rule, their sums differ in the last bits. The
// rule is that there are sixteen running sums, the lanes, on every machine. Number i goes to lane i % 16. In the end
// lane l and lane l + 8 are added, for the l below 8, then the l below 4 with l + 4, then l + 2, then l + 1. A count
// that is no multiple of sixteen leaves some lanes shorter. Add floats as floats: a double would round less, and so
// differ.
#include "exercises.h"

namespace tinymor {

float sum_in_lanes(int64_t n, const float* x) {
  return {};
}

}  // namespace tinymor
