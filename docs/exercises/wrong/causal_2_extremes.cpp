// Compares the two extremes with each other only.
// It is told: scores near the last one of 5, 1, 7, 2: should be 1, you gave -1
#define first_leak causal_2_extremes
#include <algorithm>

#include "../checks/causal_2_leak.cpp"

namespace tinymor {

int64_t first_leak(const std::function<std::vector<int64_t>(const std::vector<double>&)>& choose,
                   const std::vector<double>& scores) {
  const auto taken_with = [&](double last) {
    std::vector<double> changed = scores;
    changed.back() = last;
    std::vector<bool> taken(scores.size(), false);
    for (int64_t place : choose(changed)) taken[place] = true;
    return taken;
  };
  const std::vector<bool> large = taken_with(1e9), small = taken_with(-1e9);
  for (size_t i = 0; i + 1 < scores.size(); ++i)
    if (large[i] != small[i]) return int64_t(i);
  return -1;
}

}  // namespace tinymor
