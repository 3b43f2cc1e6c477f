// Exercise 1 of chapter 9: the entries of a cache.
//
// An entry is one token in one layer. A token of depth 2 has entries in two recursions, in each layer of the block.
#include "exercises.h"

namespace tinymor {

int64_t cache_entries(const std::vector<int64_t>& depths, int64_t block, bool shared) {
  return {};
}

}  // namespace tinymor
