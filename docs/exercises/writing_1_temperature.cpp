// Exercise 1 of chapter 13: from logits to probabilities.
//
// e^1000 is more than a double can hold. Take the largest logit away from each first: that changes no probability.
#include "exercises.h"

namespace tinymor {

std::vector<double> probabilities_of(const std::vector<double>& logits, double temperature) {
  return {};
}

}  // namespace tinymor
