// Takes the block for read once, cache or not.
// It is told: depth 3 of a block of 2: should be 5152 bytes, you gave 2848
#define bytes_read decode_5_all_once
#define gigabytes_per_s decode_5_all_once_1
#include "../checks/decode_5_bytes_read.cpp"

namespace tinymor {

int64_t bytes_read(const ReadModel& model, int64_t depth, int64_t tokens) {
  const int64_t d = model.d_model, k = model.key_width, f = model.d_ff;
  const auto matrices = [&](int64_t weights, int64_t rows) { return model.int8 ? weights + 8 * rows : 4 * weights; };
  const int64_t layer = matrices(2 * d * d + 2 * k * d + 3 * d * f, 3 * d + 2 * k + 2 * f);
  return (model.outside + model.block) * layer + matrices(model.vocabulary * d, model.vocabulary) +
         (model.outside + model.block * depth) * tokens * 2 * k * 4;
}

double gigabytes_per_s(int64_t bytes_per_token, double tokens_per_s) {
  return double(bytes_per_token) * tokens_per_s / 1e9;
}

}  // namespace tinymor
