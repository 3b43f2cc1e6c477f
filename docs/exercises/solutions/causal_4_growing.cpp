// The same rule for each length, and each time another answer.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "exercises.h"

namespace tinymor {

std::vector<std::vector<int64_t>> depths_while_growing(const std::vector<std::vector<double>>& scores,
                                                       const std::vector<double>& capacity) {
  std::vector<std::vector<int64_t>> grown;
  for (size_t n = 1; n <= scores.size(); ++n) {
    std::vector<int64_t> depths(n, 0);
    std::vector<size_t> inside(n);
    std::iota(inside.begin(), inside.end(), 0);
    for (size_t r = 0; r < capacity.size(); ++r) {
      std::stable_sort(inside.begin(), inside.end(), [&](size_t a, size_t b) { return scores[a][r] > scores[b][r]; });
      const auto k = size_t(std::max(1.0, std::floor(capacity[r] * double(n))));
      inside.resize(std::min(k, inside.size()));
      std::sort(inside.begin(), inside.end());
      for (size_t place : inside) ++depths[place];
    }
    grown.push_back(depths);
  }
  return grown;
}

}  // namespace tinymor
