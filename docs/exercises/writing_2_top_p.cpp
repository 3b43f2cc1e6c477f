// Exercise 2 of chapter 13: the tokens that top-p leaves.
//
// Begin with the likeliest and go on until they have p together. The one that reaches it belongs to them.
#include "exercises.h"

namespace tinymor {

std::vector<int64_t> nucleus_of(const std::vector<double>& probabilities, double p) {
  return {};
}

}  // namespace tinymor
