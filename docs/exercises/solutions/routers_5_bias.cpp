// The bias is a thumb on the scale that no gradient sees.
#include "exercises.h"

namespace tinymor {

Balanced choose_and_balance(const std::vector<std::vector<double>>& probabilities, double bias_rate,
                            std::vector<double>& biases) {
  const size_t n = biases.size();
  std::vector<int64_t> load(n, 0);
  Balanced chosen;
  for (const std::vector<double>& token : probabilities) {
    size_t best = 0;
    for (size_t i = 1; i < n; ++i)
      if (token[i] + biases[i] > token[best] + biases[best]) best = i;
    ++load[best];
    chosen.depths.push_back(int64_t(best) + 1);
    chosen.weights.push_back(token[best]);
  }
  for (size_t i = 0; i < n; ++i) {
    const int64_t above = load[i] * int64_t(n) - int64_t(probabilities.size());
    if (above != 0) biases[i] += above > 0 ? -bias_rate : bias_rate;
  }
  return chosen;
}

}  // namespace tinymor
