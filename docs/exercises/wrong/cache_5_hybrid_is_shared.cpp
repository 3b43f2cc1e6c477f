// Takes hybrid for shared, because no token is invisible in it.
// It is told: hybrid, f32: should be 384 bytes, you gave 288
#define cache_bytes cache_5_hybrid_is_shared
#include "../checks/cache_5_bytes.cpp"

namespace tinymor {

int64_t cache_bytes(const std::vector<int64_t>& depths, const CachedModel& model, CacheExercise strategy,
                    FormatExercise format) {
  int64_t entries = 0;
  for (int64_t depth : depths)
    entries += model.outside + model.block * (strategy == CacheExercise::vanilla          ? model.recursions
                                              : strategy == CacheExercise::recursion_wise ? depth
                                                                                          : 1);
  const int64_t head = format == FormatExercise::f32    ? 4 * model.head_width
                       : format == FormatExercise::bf16 ? 2 * model.head_width
                                                        : model.head_width + 4;
  return entries * 2 * model.key_heads * head;
}

}  // namespace tinymor
