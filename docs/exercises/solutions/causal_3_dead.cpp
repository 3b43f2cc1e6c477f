// Position by position, over all texts.
#include <algorithm>

#include "exercises.h"

namespace tinymor {

double dead_share(const std::vector<std::vector<int64_t>>& depths, int64_t recursions) {
  int64_t dead = 0;
  for (size_t t = 0; t < depths[0].size(); ++t)
    dead += std::none_of(depths.begin(), depths.end(), [&](const auto& text) { return text[t] == recursions; });
  return double(dead) / double(depths[0].size());
}

}  // namespace tinymor
