#pragma once
// Keys and values of the tokens seen so far, so that the next token needs no second look at them.
//
// Every effective layer has a slot of its own, and a token has an entry in it only if it was active there: under
// recursion-wise caching (paper 2.2.2) a token that left after recursion 1 has no keys at recursion 2, and nobody
// attends to it there.

#include <cstdint>
#include <vector>

#include "autograd/ops.h"
#include "mor/config.h"
#include "mor/rows.h"

namespace tinymor {

/// What the queries of some rows attend to: keys and values [Rk,G*D], and who sees which of them.
struct KvView {
  Variable keys, values;
  AttentionPlan plan;
};

/// The view without a cache: every token sees itself and the rows before it of its own sequence.
KvView own_keys(const Rows& rows, const Variable& keys, const Variable& values);

class KvCache {
 public:
  /// An empty cache for `sequences` sequences of at most config.max_seq_len tokens.
  explicit KvCache(const ModelConfig& config, int64_t sequences = 1);

  /// Appends the keys and values [R,G*D] of `rows`, which come after those stored before, to `layer`'s slot, and
  /// returns the view of all of it that those rows have. Throws when a sequence grows beyond the longest.
  KvView append(int64_t layer, const Rows& rows, const Variable& keys, const Variable& values);

  /// Positions that have an entry in `layer` for `sequence`, ascending.
  const std::vector<int32_t>& positions(int64_t layer, int64_t sequence = 0) const;
  /// Bytes of all entries.
  int64_t bytes() const;
  /// Forgets everything.
  void clear();

 private:
  struct Slot {
    Tensor keys, values;  // [sequences * capacity, G*D]
    std::vector<std::vector<int32_t>> positions;
    int64_t capacity = 0;
  };
  void reserve(Slot& slot, int64_t capacity);

  int64_t width_, longest_;
  std::vector<Slot> slots_;
};

/// Bytes of one token's keys and values in one layer.
int64_t kv_bytes_per_entry(const ModelConfig& config);

}  // namespace tinymor
