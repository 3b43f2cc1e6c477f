// Compares the lists of places as they come.
// It is told: scores of 0 or more, the best first of 1, -1, 2, 3: should be -1, you gave 0
#define first_leak causal_2_lists
#include <algorithm>

#include "../checks/causal_2_leak.cpp"

namespace tinymor {

int64_t first_leak(const std::function<std::vector<int64_t>(const std::vector<double>&)>& choose,
                   const std::vector<double>& scores) {
  const std::vector<int64_t> as_is = choose(scores);
  int64_t leak = int64_t(scores.size()) - 1;
  for (double last : {1e9, -1e9}) {
    std::vector<double> changed = scores;
    changed.back() = last;
    const std::vector<int64_t> now = choose(changed);
    for (size_t i = 0; i < std::max(now.size(), as_is.size()); ++i) {
      const int64_t before = i < as_is.size() ? as_is[i] : leak, after = i < now.size() ? now[i] : leak;
      if (before != after) leak = std::min({leak, before, after});
    }
  }
  return leak + 1 < int64_t(scores.size()) ? leak : -1;
}

}  // namespace tinymor
