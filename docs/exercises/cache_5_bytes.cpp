// Exercise 8 of chapter 9, a harder one: the bytes of a cache.
//
// Count entries first: the layers outside the block keep every token; in the block it depends on the strategy, and
// hybrid keeps the fresh keys of each recursion, as recursion-wise does. A vanilla model keeps every token in every
// effective layer: block times recursions, and those outside. An entry is a key and a value for each key head. In
// float32 a number has 4 bytes, in bf16 2, and in int8 1, with 4 bytes more for the scale of each key and each value of
// a head.
#include "exercises.h"

namespace tinymor {

int64_t cache_bytes(const std::vector<int64_t>& depths, const CachedModel& model, CacheExercise strategy,
                    FormatExercise format) {
  return {};
}

}  // namespace tinymor
