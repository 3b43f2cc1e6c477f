#pragma once
// From one long row of token ids to the batches that a language model is trained and judged on.
//
// In every batch targets[b,t] is the token that follows inputs[b,t] in the text.

#include <cstdint>
#include <span>
#include <vector>

#include "datasets/tokens.h"
#include "tensor/tensor.h"

namespace tinymor {

struct Batch {
  IntTensor inputs;   ///< [B,T]
  IntTensor targets;  ///< [B,T]: the inputs one token later; -1 where nothing is to be predicted.
  /// Of all texts that are seen by themselves, in order: a row is one of T tokens, or several where documents begin
  /// inside it.
  std::vector<int64_t> lengths = {};
  int64_t unknown = 0;  ///< Targets that are -1 because the tokenizer does not know them.
};

/// A text cut in two. The model never trains on the second part.
struct DataSplit {
  Tokens train;
  Tokens held_out;  ///< The end of the text.
};

/// Puts `val_fraction` of `ids` (rounded down) into the held-out part. Throws InputError unless 0 <= val_fraction < 1
/// and both parts have the `seq_len` + 1 tokens of one sequence, saying how many there are and how many are needed; a
/// val_fraction of 0 leaves the held-out part empty.
DataSplit split_ids(const Tokens& ids, double val_fraction, int64_t seq_len);

/// Which of the examples 0..n-1 a training step (0-based) learns from: `batch_size` of them, drawn with replacement,
/// and others for each micro batch of a step that accumulates the gradients of several. A function of the arguments
/// only, so a resumed run needs no state. Throws Error when n or batch_size is not positive, or another argument is
/// negative.
std::vector<int64_t> draw_batch(int64_t n, int64_t batch_size, uint64_t seed, int64_t step, int64_t micro = 0);

/// Random windows of a text, as draw_batch draws them. Where a document begins inside a window, that is another text:
/// the token before has no target.
class Batches {
 public:
  /// Batches of `batch_size` windows, each `seq_len` long. Throws InputError when `ids` are fewer than seq_len + 1.
  Batches(Tokens ids, int64_t batch_size, int64_t seq_len, uint64_t seed);

  /// The batch [B,T] of a training step and a micro batch of it.
  Batch at(int64_t step, int64_t micro = 0) const;

 private:
  Tokens ids_;
  int64_t batch_size_;
  int64_t seq_len_;
  uint64_t seed_;
};

/// The text as consecutive windows of T tokens that predict each of its tokens once, count = (tokens - 1) / T of them;
/// the few tokens that are left over are not used. Documents are kept apart as in Batches.
class Windows {
 public:
  /// Targets that are `unknown` are -1. Throws InputError when `ids` are fewer than seq_len + 1.
  Windows(Tokens ids, int64_t seq_len, int32_t unknown = -1);

  int64_t count() const { return (ids_.size() - 1) / seq_len_; }
  int64_t length() const { return seq_len_; }
  /// The windows `which` [n], as a batch [n,T].
  Batch at(std::span<const int64_t> which) const;

 private:
  Tokens ids_;
  int64_t seq_len_;
  int32_t unknown_;
};

/// `most` of the numbers 0..all-1 evenly spread, or all where there are no more or `most` is 0.
std::vector<int64_t> spread_evenly(int64_t all, int64_t most);

}  // namespace tinymor
