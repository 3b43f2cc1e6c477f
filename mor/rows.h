#pragma once
// Tokens of several sequences, packed end to end without padding.
//
// All activations of a model are matrices [R,d] with one row per token. Rows says which sequence each row belongs to
// and what its position there is, also after a router has picked some tokens and dropped the others.

#include <cstdint>
#include <span>
#include <vector>

#include "tensor/tensor.h"

namespace tinymor {

struct Rows {
  std::vector<int64_t> offsets{0};  ///< [S+1]: rows offsets[s]..offsets[s+1] belong to sequence s
  std::vector<int64_t> lengths;     ///< [S] tokens of the whole sequence, of which these rows may be a part
  IntTensor positions{Shape{0}};    ///< [R] place of each row in its own sequence, ascending within it

  int64_t count() const { return offsets.back(); }
  int64_t sequences() const { return int64_t(offsets.size()) - 1; }
  /// The positions of one sequence's rows.
  std::span<const int32_t> positions_of(int64_t sequence) const {
    return positions.values().subspan(offsets[sequence], offsets[sequence + 1] - offsets[sequence]);
  }

  /// All tokens of `sequences` sequences of `length` each, in order; the first is at position `first`.
  static Rows batch(int64_t sequences, int64_t length, int64_t first = 0);
  /// Sequences whose rows are the last counts[s] of lengths[s] tokens.
  static Rows last(const std::vector<int64_t>& counts, const std::vector<int64_t>& lengths);
  /// These sequences and then those of `more`.
  Rows followed_by(const Rows& more) const;
  /// The rows at `index` [n], which must ascend.
  Rows select(const IntTensor& index) const;
};

}  // namespace tinymor
