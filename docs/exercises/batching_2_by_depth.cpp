// Exercise 5 of chapter 9: batching by depth.
//
// A text whose token is through puts in its next one with the very next call, and a text that ends makes room for the
// next text. So a text takes as many calls as its depths add up to, from the call in which a slot was free.
#include "exercises.h"

namespace tinymor {

int64_t calls_by_depth(const std::vector<std::vector<int64_t>>& depths, int64_t slots) {
  return {};
}

}  // namespace tinymor
