// Counts on three recursions.
// It is told: depths [1,2,2,1] and 2 recursions: should be 0.5000, you gave 1.0000
#define dead_share causal_3_three
#include <algorithm>

#include "../checks/causal_3_dead.cpp"

namespace tinymor {

double dead_share(const std::vector<std::vector<int64_t>>& depths, int64_t) {
  double dead = 0;
  for (size_t t = 0; t < depths[0].size(); ++t)
    dead += std::none_of(depths.begin(), depths.end(), [&](const auto& text) { return text[t] == 3; });
  return dead / double(depths[0].size());
}

}  // namespace tinymor
