// Exercise 5 of chapter 7, a harder one: balance without a loss.
//
// Each token takes the depth with the largest P + bias, of equal ones the shallowest. Count the loads. Then each bias
// moves by bias_rate: down where the load is above the mean 1/N, up where it is below, and not at all where it is just
// the mean. Loads are counts: compare whole numbers, count * N with the number of tokens, and no rounding can decide.
// The bias chooses and does nothing else: the weight that a token's result gets is its P without it.
#include "exercises.h"

namespace tinymor {

Balanced choose_and_balance(const std::vector<std::vector<double>>& probabilities, double bias_rate,
                            std::vector<double>& biases) {
  return {};
}

}  // namespace tinymor
