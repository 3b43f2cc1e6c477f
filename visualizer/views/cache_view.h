#pragma once
// The KV cache of one text as a table: which layers hold which tokens, and in how many bytes. Which layer computes keys
// and which reads those of another is asked of mor/.

#include <cstdint>
#include <string>
#include <vector>

#include "visualizer/runs/geometry.h"

namespace tinymor {

struct TextView;

/// "512 B", "24.5 KiB", "12.0 MiB".
std::string bytes_text(int64_t bytes);

/// One row of the KV cache, of layers that hold the same: the first or last layer, or of the block those of a
/// recursion; where there is one recursion only, those whose weights were used as often before.
enum class CacheSlot : uint8_t { empty, stored, reused };
struct CacheRow {
  std::string label, base;       ///< Its name, and that of the row whose entries it reads.
  int recursion = 0;             ///< From 1; 0: every token takes these layers.
  std::vector<int64_t> layers;   ///< Effective layers, from 0.
  int64_t entries = 0;           ///< Cached tokens, summed over the row's layers.
  std::vector<CacheSlot> slots;  ///< [T]; reused: it reads what `base` stored.
};
struct CacheView {
  std::vector<CacheRow> rows;
  int64_t bytes = 0;
  int64_t vanilla_bytes = 0;
};

/// What the cache holds of a text. `entries` [recursions][layers of the block]: cached tokens as they were recorded;
/// empty: as the depths of the text say.
CacheView cache_of(const TextView& text, const Geometry& geometry,
                   const std::vector<std::vector<int64_t>>& entries = {});
/// Why a model of this shape cannot cache by a strategy; empty when it can.
std::string why_not(const Geometry& geometry, KvStrategy strategy);
/// What the cache would hold with the same depths under another strategy that it can have; `text.kv` under its own.
CacheView cache_under(const TextView& text, const Geometry& geometry, KvStrategy strategy);
/// The bytes that it would take if every token took all recursions, as in a model without a router; 0 where none is
/// repeated.
int64_t bytes_unrouted(const TextView& text, const Geometry& geometry, KvStrategy strategy);
/// Whether a layer of the row attends from token `reader` to the entry of token `t`.
bool reads(const TextView& text, const CacheRow& row, int reader, int t);

}  // namespace tinymor
