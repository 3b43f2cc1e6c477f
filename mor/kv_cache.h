#pragma once
// Keys and values of the tokens seen so far, so that the next token needs no second look at them.
//
// Every effective layer has a slot of its own, and a token has an entry in it only if the layer computed one: under
// recursion-wise caching (paper 2.2.2) a token that left after recursion 1 has no keys at recursion 2, and nobody
// attends to it there; with shared keys there are none at recursion 2 at all.

#include <cstdint>
#include <vector>

#include "mor/kv_store.h"

namespace tinymor {

class KvCache : public KvStore {
 public:
  /// An empty cache for `sequences` sequences of at most config.max_seq_len tokens.
  explicit KvCache(const ModelConfig& config, int64_t sequences = 1);

  /// The rows must come after those stored before. Throws when a sequence grows beyond the longest.
  void append(int64_t layer, const Rows& rows, const Variable& keys, const Variable& values) override;
  KvView view(int64_t layer, const Rows& rows) const override;

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
