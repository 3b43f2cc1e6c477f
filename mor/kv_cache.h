#pragma once
// Keys and values of the tokens seen so far, so that the next token needs no second look at them.
//
// Every effective layer has a slot of its own for each sequence, and a token has an entry in it only if the layer
// computed one: under recursion-wise caching (paper 2.2.2) a token that left after recursion 1 has no keys at recursion
// 2, and no token attends to it there; with shared keys there are none at recursion 2 at all.
//
// All slots are in one pool of rows, so that one call of attention can serve sequences that are in different layers.

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "mor/kv_store.h"

namespace tinymor {

/// A sequence's place in an effective layer.
struct Lane {
  int64_t layer, sequence;
};

class KvCache : public KvStore {
 public:
  /// An empty cache for `sequences` sequences of at most config.max_seq_len tokens.
  explicit KvCache(const ModelConfig& config, int64_t sequences = 1);

  // Rows must come after those stored before. Throws when a sequence grows beyond the longest.

  void append(int64_t layer, const Rows& rows, const Variable& keys, const Variable& values) override;
  KvView view(int64_t layer, const Rows& rows) const override;
  /// The same for sequences that are in layers of their own: lanes [S] say which those of `rows` are.
  void append(std::span<const Lane> lanes, const Rows& rows, const Variable& keys, const Variable& values);
  KvView view(std::span<const Lane> lanes, const Rows& rows) const;

  /// Positions that have an entry in `layer` for `sequence`, ascending.
  const std::vector<int32_t>& positions(int64_t layer, int64_t sequence = 0) const;
  /// Bytes of all entries.
  int64_t bytes() const;
  /// Forgets everything, or one sequence.
  void clear();
  void clear(int64_t sequence);

 private:
  struct Slot {
    int64_t begin = 0, capacity = 0;  // rows of the pool
    std::vector<int32_t> positions = {};
  };
  const Slot& slot(Lane lane) const { return slots_[size_t(lane.layer * sequences_ + lane.sequence)]; }
  Slot& slot(Lane lane) { return slots_[size_t(lane.layer * sequences_ + lane.sequence)]; }
  std::vector<Lane> lanes(int64_t layer) const;
  void reserve(Slot& slot, int64_t count);

  int64_t width_, entry_bytes_, longest_, sequences_;
  Tensor keys_, values_;                          // [rows, G*D], the pool
  int64_t used_ = 0;                              // rows of it that were given to slots
  std::map<int64_t, std::vector<int64_t>> free_;  // where slots of each capacity were given back
  std::vector<Slot> slots_;                       // [layers * sequences]
};

/// Some sequences of a cache as a batch of their own, each `ahead` of the layer that is run.
class CacheLanes : public KvStore {
 public:
  /// lanes [S]: the sequence, and how many layers it is ahead.
  CacheLanes(KvCache& cache, std::vector<Lane> lanes) : KvStore(cache), cache_(cache), lanes_(std::move(lanes)) {}
  void append(int64_t layer, const Rows& rows, const Variable& keys, const Variable& values) override;
  KvView view(int64_t layer, const Rows& rows) const override;

 private:
  std::vector<Lane> lanes_at(int64_t layer) const;

  KvCache& cache_;
  std::vector<Lane> lanes_;
};

/// Bytes of one token's keys and values in one layer.
int64_t kv_bytes_per_entry(const ModelConfig& config);

}  // namespace tinymor
