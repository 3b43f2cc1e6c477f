#pragma once
// Keys and values of the tokens seen so far, so that the next token needs no second look at them.
//
// Every effective layer has a slot of its own for each sequence, and a token has an entry in it only if the layer
// computed one: under recursion-wise caching (paper 2.2.2) a token that left after recursion 1 has no keys at recursion
// 2, and no token attends to it there; with shared keys there are none at recursion 2 at all.
//
// The entries of a slot are in pages (mor/kv_pages.h), which attention reads where they are; one call serves sequences
// that are in different layers.

#include <cstdint>
#include <span>
#include <vector>

#include "mor/kv_pages.h"
#include "mor/kv_store.h"

namespace tinymor {

/// A sequence's place in an effective layer.
struct Lane {
  int64_t layer, sequence;
};

class KvCache : public KvStore {
 public:
  /// An empty cache for `sequences` sequences of at most config.max_seq_len tokens.
  explicit KvCache(const ModelConfig& config, int64_t sequences = 1, CacheFormat format = CacheFormat::f32);

  // Rows must come after those stored before. Throws when a sequence grows beyond the longest.

  void append(int64_t layer, const Rows& rows, const Variable& keys, const Variable& values) override;
  /// Copies of the entries, for those who want to look at them.
  KvView view(int64_t layer, const Rows& rows) const override;
  Variable attend(int64_t layer, const Rows& rows, const Variable& q) const override;
  /// The same for sequences that are in layers of their own: lanes [S] say which those of `rows` are.
  void append(std::span<const Lane> lanes, const Rows& rows, const Variable& keys, const Variable& values);
  KvView view(std::span<const Lane> lanes, const Rows& rows) const;
  Variable attend(std::span<const Lane> lanes, const Rows& rows, const Variable& q) const;

  /// Positions that have an entry in `layer` for `sequence`, ascending.
  const std::vector<int32_t>& positions(int64_t layer, int64_t sequence = 0) const;
  /// Bytes of all entries.
  int64_t bytes() const;
  /// Pages that a sequence has, and how many more it may need for `tokens` tokens more: fewer, when some of them leave
  /// before the last recursion.
  int64_t pages(int64_t sequence) const;
  int64_t pages_needed(int64_t sequence, int64_t tokens) const;
  /// The most pages that a text of so many tokens has.
  int64_t pages_for(int64_t tokens) const;
  int64_t page_bytes() const { return pages_.page_bytes(); }
  /// How many pages fewer there are because sequences share some.
  int64_t saved_pages() const { return pages_.saved(); }
  /// Lets `to`, which is empty, begin with the first `tokens` tokens of `from`: full pages are shared.
  void share(int64_t from, int64_t to, int64_t tokens);
  /// Forgets everything, or one sequence.
  void clear();
  void clear(int64_t sequence);

 private:
  struct Slot {
    std::vector<int32_t> pages = {};
    std::vector<int32_t> positions = {};

    int32_t page_of(int64_t entry) const { return pages[size_t(entry / KvPages::kTokens)]; }
  };
  const Slot& slot(Lane lane) const { return slots_[size_t(lane.layer * sequences_ + lane.sequence)]; }
  Slot& slot(Lane lane) { return slots_[size_t(lane.layer * sequences_ + lane.sequence)]; }
  /// All sequences in one layer.
  std::span<const Lane> lanes(int64_t layer) const {
    return std::span(lanes_).subspan(size_t(layer * sequences_), size_t(sequences_));
  }
  void clear(Slot& slot);
  /// For a lane that sees its base with entries of its own in the place of some: the index of each among the base's.
  std::vector<int32_t> replaced(Lane lane) const;
  /// Copies, in `overlaid`, of the pages of such a lane's base, with its own entries put in.
  std::vector<int32_t> overlay(Lane lane, KvPages& overlaid) const;

  CacheFormat format_;
  int64_t entry_bytes_, longest_, sequences_;
  KvPages pages_;
  std::vector<Lane> lanes_;  // [layers * sequences]
  std::vector<Slot> slots_;  // likewise
};

/// Some sequences of a cache as a batch of their own, each `ahead` of the layer that is run.
class CacheLanes : public KvStore {
 public:
  /// lanes [S]: the sequence, and how many layers it is ahead.
  CacheLanes(KvCache& cache, std::vector<Lane> lanes) : KvStore(cache), cache_(cache), lanes_(std::move(lanes)) {}
  void append(int64_t layer, const Rows& rows, const Variable& keys, const Variable& values) override;
  KvView view(int64_t layer, const Rows& rows) const override;
  Variable attend(int64_t layer, const Rows& rows, const Variable& q) const override;

 private:
  std::vector<Lane> lanes_at(int64_t layer) const;

  KvCache& cache_;
  std::vector<Lane> lanes_;
};

/// Bytes of one token's keys and values in one layer.
int64_t kv_bytes_per_entry(const ModelConfig& config, CacheFormat format = CacheFormat::f32);

}  // namespace tinymor
