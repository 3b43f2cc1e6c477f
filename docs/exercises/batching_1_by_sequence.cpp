// Exercise 4 of chapter 9: batching by sequence.
//
// The first tokens of all texts go in together, and the second ones follow when the deepest of the first is through.
#include "exercises.h"

namespace tinymor {

int64_t calls_by_sequence(const std::vector<std::vector<int64_t>>& depths) {
  return {};
}

}  // namespace tinymor
