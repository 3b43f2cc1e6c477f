#include "visualizer/views/cache_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "mor/counts.h"
#include "mor/kv_cache.h"
#include "mor/twins.h"
#include "tensor/error.h"
#include "visualizer/views/text_view.h"

namespace tinymor {
namespace {

/// The rows of a cache, empty.
std::vector<CacheRow> cache_rows(const Geometry& geometry) {
  const LayerMap& map = geometry.layers;
  const bool keys_alone = geometry.model.kv_sharing != Sharing::none;  // and not the weights
  const LayerMap uses = keys_alone ? key_layer_map(geometry.model) : map;
  std::vector<CacheRow> rows;
  // The row of the block's layers in a recursion, or else of those whose weights, or keys, were used so often before.
  std::map<int64_t, size_t> of_use;
  for (int64_t l = 0; l < geometry.layer_count(); ++l) {
    const int64_t r = map.recursion_of(l), use = geometry.recursions > 1 ? r : uses.uses_before(l);
    const bool known = r >= 0 && of_use.contains(use);
    if (!known) {
      rows.emplace_back();
      if (r >= 0) of_use[use] = rows.size() - 1;
      CacheRow& row = rows.back();
      row.label = l < map.prelude ? "first layer" : "last layer";
      if (r >= 0) row.label = block_name(geometry, int(r) + 1);
      row.recursion = r >= 0 && geometry.recursions > 1 ? int(r) + 1 : 0;
    }
    CacheRow& row = known ? rows[of_use[use]] : rows.back();
    row.layers.push_back(l);
  }
  // A block that is not repeated may still use its weights several times, one after the other.
  for (const auto& [use, row] : of_use)
    if (geometry.recursions == 1 && of_use.size() > 1)
      rows[row].label = fmt::format("use {} of {}", use + 1, keys_alone ? "keys" : "weights");
  return rows;
}

/// What the cache holds of a text whose tokens from `first_cached` on are in it, with the strategy of `config`.
CacheView counted(const TextView& text, const Geometry& geometry, const ModelConfig& config,
                  const std::vector<std::vector<int64_t>>& entries) {
  const LayerMap& map = geometry.layers;
  const int tokens = text.size();
  CacheView kv;
  kv.rows = cache_rows(geometry);
  if (kv.rows.empty()) return kv;
  const KeyMap keys(config);
  const auto label_of = [&](int64_t layer) {
    for (const CacheRow& row : kv.rows)
      if (std::find(row.layers.begin(), row.layers.end(), layer) != row.layers.end()) return row.label;
    return std::string();
  };
  const auto takes = [&](int t, int64_t layer) { return text.depth[t] > map.recursion_of(layer); };
  const bool recorded = int64_t(entries.size()) == map.recursions &&
                        std::all_of(entries.begin(), entries.end(),
                                    [&](const auto& layers) { return int64_t(layers.size()) == map.block; });
  for (CacheRow& row : kv.rows) {
    const int64_t layer = row.layers.front(), base = keys.base_of(layer);
    row.base = label_of(base);
    row.slots.assign(tokens, CacheSlot::empty);
    for (int t = text.first_cached; t < tokens; ++t) {
      if (keys.computes_keys(layer) && takes(t, layer))
        row.slots[t] = CacheSlot::stored;
      else if (base != layer && takes(t, base))
        row.slots[t] = CacheSlot::reused;
    }
    const int64_t stored = std::count(row.slots.begin(), row.slots.end(), CacheSlot::stored);
    for (int64_t l : row.layers) {
      const int64_t r = map.recursion_of(l);
      row.entries += recorded && r >= 0 ? std::clamp<int64_t>(entries[r][l - map.layer(r, 0)], 0, tokens) : stored;
    }
    kv.bytes += row.entries * geometry.entry_bytes;
  }
  kv.vanilla_bytes = std::llround(vanilla_kv_bytes_per_token(config)) * (tokens - text.first_cached);
  return kv;
}

}  // namespace

std::string bytes_text(int64_t bytes) {
  if (bytes < 10 * 1024) return fmt::format("{} B", bytes);
  if (bytes < 10 * 1024 * 1024) return fmt::format("{:.1f} KiB", double(bytes) / 1024);
  return fmt::format("{:.1f} MiB", double(bytes) / (1024 * 1024));
}

CacheView cache_of(const TextView& text, const Geometry& geometry, const std::vector<std::vector<int64_t>>& entries) {
  return counted(text, geometry, geometry.model, entries);
}

std::string why_not(const Geometry& geometry, KvStrategy strategy) {
  ModelConfig config = geometry.model;
  config.kv_cache = strategy;
  try {
    config.resolve();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

CacheView cache_under(const TextView& text, const Geometry& geometry, KvStrategy strategy) {
  if (strategy == geometry.model.kv_cache) return text.kv;
  ModelConfig config = geometry.model;
  config.kv_cache = strategy;
  CacheView kv = counted(text, geometry, config, {});
  kv.vanilla_bytes = text.kv.vanilla_bytes;
  return kv;
}

int64_t bytes_unrouted(const TextView& text, const Geometry& geometry, KvStrategy strategy) {
  if (geometry.recursions < 2) return 0;
  ModelConfig config = geometry.model;
  config.kv_cache = strategy;
  config = geometry.layers.repeats ? recursive_twin(config) : vanilla_twin(config);
  return std::llround(kv_bytes_per_token(config, config.kv_cache) * (text.size() - text.first_cached));
}

bool reads(const TextView& text, const CacheRow& row, int reader, int t) {
  const bool active = row.recursion == 0 || text.depth[size_t(reader)] >= row.recursion;
  return active && t <= reader && row.slots[size_t(t)] != CacheSlot::empty;
}

}  // namespace tinymor
