// Each token is decided by its own scores: that is what makes the rule causal.
#include "exercises.h"

namespace tinymor {

std::vector<int64_t> causal_depths(const std::vector<std::vector<double>>& scores) {
  std::vector<int64_t> depths;
  for (const std::vector<double>& token : scores) {
    int64_t depth = 1;
    while (depth < int64_t(token.size()) && token[depth] >= 0) ++depth;
    depths.push_back(depth);
  }
  return depths;
}

}  // namespace tinymor
