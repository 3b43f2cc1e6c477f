#pragma once
// Which keys and values a layer's queries attend to (paper 2.2.2), for every strategy in one place.
//
// recursion_wise   a layer attends to the keys it computed itself: those of the tokens that were active there
// shared           a layer of a later recursion attends to those that the same layer computed in the first recursion,
//                  for all tokens, and computes none of its own. So do the layers of a vanilla model that kv_sharing
//                  puts together (Brandon et al. 2024, "Cross-Layer Attention"; paper table 15)
// hybrid           as shared, but active tokens have fresh ones in place of those
//
// Layers only say what they computed and ask what they see. ForwardKeys holds the keys of one forward pass and lets
// gradients through; KvCache (mor/kv_cache.h) holds them for the tokens to come.

#include <cstdint>
#include <span>
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

/// Which effective layers compute keys and values, and whose entries a view of a layer shows.
class KeyMap {
 public:
  explicit KeyMap(const ModelConfig& config);

  /// Whether `layer` computes keys of its own.
  bool computes_keys(int64_t layer) const { return strategy_ != KvStrategy::shared || first_[layer] == layer; }
  /// The layer whose entries a view of `layer` begins with.
  int64_t base_of(int64_t layer) const { return strategy_ == KvStrategy::recursion_wise ? layer : first_[layer]; }
  /// Whether entries of `layer` itself take the place of its base's.
  bool overlays(int64_t layer) const { return strategy_ == KvStrategy::hybrid && first_[layer] != layer; }

 private:
  KvStrategy strategy_;
  // By effective layer: the first one with the same weights, or that kv_sharing puts it with.
  std::vector<int64_t> first_;
};

class KvStore : public KeyMap {
 public:
  explicit KvStore(const ModelConfig& config)
      : KeyMap(config), heads_(config.n_heads), kv_heads_(config.n_kv_heads), width_(config.d_head()) {}
  virtual ~KvStore() = default;

  /// Takes in the keys and values [R,G*D] that `layer` computed for `rows`.
  virtual void append(int64_t layer, const Rows& rows, const Variable& keys, const Variable& values) = 0;
  /// What `rows` see in `layer`: themselves and what came before them.
  virtual KvView view(int64_t layer, const Rows& rows) const = 0;
  /// What the queries q [R,H*D] of `rows` get from what they see in `layer`: [R,H*D].
  virtual Variable attend(int64_t layer, const Rows& rows, const Variable& q) const;

 protected:
  int64_t heads_, kv_heads_, width_;  // H, G, D
};

/// The keys and values of one forward pass. When not causal, every token sees all keys of its sequence.
class ForwardKeys : public KvStore {
 public:
  explicit ForwardKeys(const ModelConfig& config, bool causal = true);
  void append(int64_t layer, const Rows& rows, const Variable& keys, const Variable& values) override;
  KvView view(int64_t layer, const Rows& rows) const override;

 private:
  struct Slot {
    Rows rows;
    Variable keys, values;
  };
  bool causal_;
  std::vector<Slot> slots_;
};

/// Adds to `counts` how many of the stored positions, which ascend, are not after each of `positions`, which ascend
/// too.
void count_visible(std::span<const int32_t> stored, std::span<const int32_t> positions, std::vector<int32_t>& counts);

}  // namespace tinymor
