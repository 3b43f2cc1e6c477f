// Gives the bias to the weight as well.
// It is told: the weight of token 0 should be 0.4, you gave 0.5
#define choose_and_balance routers_5_weighted
#include <algorithm>

#include "../checks/routers_5_bias.cpp"

namespace tinymor {

Balanced choose_and_balance(const std::vector<std::vector<double>>& probabilities, double bias_rate,
                            std::vector<double>& biases) {
  const size_t n = biases.size();
  std::vector<int64_t> load(n, 0);
  Balanced chosen;
  for (std::vector<double> token : probabilities) {
    for (size_t i = 0; i < n; ++i) token[i] += biases[i];
    const size_t best = size_t(std::max_element(token.begin(), token.end()) - token.begin());
    ++load[best];
    chosen.depths.push_back(int64_t(best) + 1);
    chosen.weights.push_back(token[best]);
  }
  for (size_t i = 0; i < n; ++i)
    if (const int64_t above = load[i] * int64_t(n) - int64_t(probabilities.size()); above != 0)
      biases[i] += above > 0 ? -bias_rate : bias_rate;
  return chosen;
}

}  // namespace tinymor
