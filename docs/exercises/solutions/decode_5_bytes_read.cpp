// Weights for each time they come from memory, entries for each time they are attended to.
#include "exercises.h"

namespace tinymor {

int64_t bytes_read(const ReadModel& model, int64_t depth, int64_t tokens) {
  const int64_t d = model.d_model, k = model.key_width, f = model.d_ff;
  const auto matrices = [&](int64_t weights, int64_t rows) { return model.int8 ? weights + 8 * rows : 4 * weights; };
  const int64_t layer = matrices(2 * d * d + 2 * k * d + 3 * d * f, d + 2 * k + d + 2 * f + d);
  const int64_t passed = model.outside + model.block * depth;
  const int64_t read = model.block_stays ? model.outside + model.block : passed;
  return read * layer + matrices(model.vocabulary * d, model.vocabulary) + passed * tokens * 2 * k * 4;
}

double gigabytes_per_s(int64_t bytes_per_token, double tokens_per_s) {
  return double(bytes_per_token) * tokens_per_s / 1e9;
}

}  // namespace tinymor
