// Exercise 1 of chapter 8: the depths of a text under the causal rule.
//
// Token by token, no other token needed: with the scores -1, 2, -3 a token takes the first recursion (every token
// does), the second (2 is not negative), and not the third. A token that is out stays out, whatever its later scores.
#include "exercises.h"

namespace tinymor {

std::vector<int64_t> causal_depths(const std::vector<std::vector<double>>& scores) {
  return {};
}

}  // namespace tinymor
