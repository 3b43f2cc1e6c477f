// Its rank among those before it is all that a token needs to know.
#include <algorithm>
#include <cmath>

#include "exercises.h"

namespace tinymor {

std::vector<int64_t> best_so_far(const std::vector<double>& scores, double capacity) {
  std::vector<int64_t> taken;
  for (size_t t = 0; t < scores.size(); ++t) {
    const auto better =
        std::count_if(scores.begin(), scores.begin() + int64_t(t), [&](double s) { return s >= scores[t]; });
    if (double(better) < std::max(1.0, std::floor(capacity * double(t + 1)))) taken.push_back(int64_t(t));
  }
  return taken;
}

}  // namespace tinymor
