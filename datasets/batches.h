#pragma once
// From one long row of token ids to the batches that a language model is trained and judged on.
//
// In every batch targets[b,t] is the token that follows inputs[b,t] in the text.

#include <cstdint>
#include <vector>

#include "tensor/tensor.h"

namespace tinymor {

struct Batch {
  IntTensor inputs;   ///< [B,T]
  IntTensor targets;  ///< [B,T]: the inputs one token later; -1 where nothing is to be predicted.
};

/// A text cut in two. The model never trains on the second part.
struct DataSplit {
  std::vector<int32_t> train;
  std::vector<int32_t> held_out;  ///< The end of the text.
};

/// Puts `val_fraction` of `ids` (rounded down) into the held-out part. Throws InputError unless 0 <= val_fraction < 1
/// and both parts have the `seq_len` + 1 tokens of one sequence, saying how many there are and how many are needed; a
/// val_fraction of 0 leaves the held-out part empty.
DataSplit split_ids(std::vector<int32_t> ids, double val_fraction, int64_t seq_len);

/// Which of the examples 0..n-1 a training step (0-based) learns from: `batch_size` of them, drawn with replacement,
/// and others for each micro batch of a step that accumulates the gradients of several. A function of the arguments
/// only, so a resumed run needs no state. Throws Error when n or batch_size is not positive, or another argument is
/// negative.
std::vector<int64_t> draw_batch(int64_t n, int64_t batch_size, uint64_t seed, int64_t step, int64_t micro = 0);

/// Random windows of a text, as draw_batch draws them.
class Batches {
 public:
  /// Batches of `batch_size` windows, each `seq_len` long. Throws InputError when `ids` are fewer than seq_len + 1.
  Batches(std::vector<int32_t> ids, int64_t batch_size, int64_t seq_len, uint64_t seed);

  /// The batch [B,T] of a training step and a micro batch of it.
  Batch at(int64_t step, int64_t micro = 0) const;

 private:
  std::vector<int32_t> ids_;
  int64_t batch_size_;
  int64_t seq_len_;
  uint64_t seed_;
};

/// The text as consecutive windows [n,T] that predict each of its tokens once: n = (count - 1) / T; the few tokens that
/// are left over are not used. Throws InputError when `ids` are fewer than seq_len + 1.
Batch consecutive_windows(const std::vector<int32_t>& ids, int64_t seq_len);

/// Sets every target that is `id` to -1, so that it is not judged. Returns how many there were.
int64_t leave_out(Batch& batch, int32_t id);

}  // namespace tinymor
