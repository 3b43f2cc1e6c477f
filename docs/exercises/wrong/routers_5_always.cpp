// Moves a bias also where the load is just the mean.
// It is told: bias 0 should be 0.25, you gave 0.375
#define choose_and_balance routers_5_always
#include "../checks/routers_5_bias.cpp"

namespace tinymor {

Balanced choose_and_balance(const std::vector<std::vector<double>>& probabilities, double bias_rate,
                            std::vector<double>& biases) {
  const size_t n = biases.size();
  std::vector<double> load(n, 0);
  Balanced chosen;
  for (const std::vector<double>& token : probabilities) {
    size_t best = 0;
    for (size_t i = 1; i < n; ++i)
      if (token[i] + biases[i] > token[best] + biases[best]) best = i;
    load[best] += 1 / double(probabilities.size());
    chosen.depths.push_back(int64_t(best) + 1);
    chosen.weights.push_back(token[best]);
  }
  for (size_t i = 0; i < n; ++i) biases[i] += load[i] > 1 / double(n) ? -bias_rate : bias_rate;
  return chosen;
}

}  // namespace tinymor
