// Exercise 3 of chapter 9: attention of one query over a cache.
//
// Keep three things while entries come: the largest score so far, the sum of e^(score - largest), and the sum of the
// values with the same factors. When a new largest comes, both sums shrink by e^(old largest - new largest).
#include "exercises.h"

namespace tinymor {

std::vector<double> attend(const std::vector<double>& query,
                           const std::function<bool(std::vector<double>& key, std::vector<double>& value)>& next) {
  return {};
}

}  // namespace tinymor
