// Exercise 3 of chapter 8: the share of dead positions.
//
// A position is alive when in at least one text it took all of the recursions. depths.size() is the number of texts,
// depths[0].size() that of positions.
#include "exercises.h"

namespace tinymor {

double dead_share(const std::vector<std::vector<int64_t>>& depths, int64_t recursions) {
  return {};
}

}  // namespace tinymor
