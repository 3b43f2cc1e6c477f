// Takes the capacity of those that are left, not of the text.
// It is told: the first 4 should have the depths [3,1,3,1], you gave [2,1,3,1]
#define depths_while_growing causal_4_of_those_left
#include <algorithm>
#include <cmath>
#include <numeric>

#include "../checks/causal_4_growing.cpp"

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
      inside.resize(size_t(std::max(1.0, std::floor(capacity[r] * double(inside.size())))));
      std::sort(inside.begin(), inside.end());
      for (size_t place : inside) ++depths[place];
    }
    grown.push_back(depths);
  }
  return grown;
}

}  // namespace tinymor
