// Three factors: how many entries, how many heads in each, how many bytes in a head.
#include "exercises.h"

namespace tinymor {

int64_t cache_bytes(const std::vector<int64_t>& depths, const CachedModel& model, CacheExercise strategy,
                    FormatExercise format) {
  int64_t entries = 0;
  for (int64_t depth : depths) {
    const int64_t times = strategy == CacheExercise::vanilla  ? model.recursions
                          : strategy == CacheExercise::shared ? 1
                                                              : depth;
    entries += model.outside + model.block * times;
  }
  const int64_t head = format == FormatExercise::f32    ? 4 * model.head_width
                       : format == FormatExercise::bf16 ? 2 * model.head_width
                                                        : model.head_width + 4;
  return entries * 2 * model.key_heads * head;
}

}  // namespace tinymor
