#include "mor/kv_store.h"

#include "mor/sharing.h"

namespace tinymor {
namespace {

/// The place in `all` of each row of `part`, which is some of those rows.
IntTensor index_among(const Rows& all, const Rows& part) {
  std::vector<int32_t> index;
  for (int64_t s = 0; s < part.sequences(); ++s) {
    const size_t begin = index.size();
    count_visible(all.positions_of(s), part.positions_of(s), index);
    for (size_t i = begin; i < index.size(); ++i) index[i] += int32_t(all.offsets[s]) - 1;
  }
  return IntTensor({int64_t(index.size())}, index);
}

}  // namespace

void count_visible(std::span<const int32_t> stored, std::span<const int32_t> positions, std::vector<int32_t>& counts) {
  size_t seen = 0;
  for (int32_t position : positions) {
    while (seen < stored.size() && stored[seen] <= position) ++seen;
    counts.push_back(int32_t(seen));
  }
}

KeyMap::KeyMap(const ModelConfig& config) : strategy_(config.kv_cache), first_(key_layer_map(config).first) {}

Variable KvStore::attend(int64_t layer, const Rows& rows, const Variable& q) const {
  const KvView kv = view(layer, rows);
  return attention(q, kv.keys, kv.values, kv.plan, heads_, kv_heads_);
}

ForwardKeys::ForwardKeys(const ModelConfig& config, bool causal)
    : KvStore(config), causal_(causal), slots_(config.n_layers) {}

void ForwardKeys::append(int64_t layer, const Rows& rows, const Variable& keys, const Variable& values) {
  slots_[layer] = {rows, keys, values};
}

KvView ForwardKeys::view(int64_t layer, const Rows& rows) const {
  const Slot& base = slots_[base_of(layer)];
  KvView view{base.keys, base.values, {rows.offsets, {base.rows.offsets.begin(), base.rows.offsets.end() - 1}, {}}};
  for (int64_t s = 0; s < rows.sequences(); ++s) {
    const auto stored = base.rows.positions_of(s), own = rows.positions_of(s);
    if (causal_)
      count_visible(stored, own, view.plan.visible);
    else
      view.plan.visible.insert(view.plan.visible.end(), own.size(), int32_t(stored.size()));
  }
  if (overlays(layer)) {
    const Slot& fresh = slots_[layer];
    const IntTensor index = index_among(base.rows, fresh.rows);
    view.keys = replace_rows(view.keys, index, fresh.keys);
    view.values = replace_rows(view.values, index, fresh.values);
  }
  return view;
}

}  // namespace tinymor
