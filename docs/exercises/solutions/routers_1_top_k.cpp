// Sorted twice: by score to know who is taken, and by place because attention needs the order of the text.
#include <algorithm>
#include <numeric>

#include "exercises.h"

namespace tinymor {

std::vector<int64_t> top_k_in_order(const std::vector<double>& scores, int64_t k) {
  std::vector<int64_t> places(scores.size());
  std::iota(places.begin(), places.end(), 0);
  std::stable_sort(places.begin(), places.end(), [&](int64_t a, int64_t b) { return scores[a] > scores[b]; });
  if (k < int64_t(places.size())) places.resize(k);
  std::sort(places.begin(), places.end());
  return places;
}

}  // namespace tinymor
