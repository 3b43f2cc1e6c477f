// Sets are counted once, low-rank terms once for each use.
#include "exercises.h"

namespace tinymor {

int64_t parameters_of(const ModelSizes& model) {
  const int64_t d = model.d_model, keys = model.key_heads * (d / model.heads);
  const int64_t set = 2 * d * d + 2 * d * keys + 3 * d * model.d_ff + 2 * d;
  // A and B of a matrix have as many numbers together as its rows and columns, times the rank.
  const int64_t low_rank = model.lora_rank * (2 * (d + d) + 2 * (d + keys) + 3 * (d + model.d_ff));
  const bool middle =
      model.sharing == SharingExercise::middle_cycle || model.sharing == SharingExercise::middle_sequence;
  const int64_t own = !model.shared ? model.layers : middle ? 2 : 0;
  const int64_t uses = model.layers - own, block = model.shared ? uses / model.recursions : 0;
  return (own + block) * set + uses * low_rank + d + (model.tied ? 1 : 2) * model.vocabulary * d;
}

}  // namespace tinymor
