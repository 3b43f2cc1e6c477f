#include "mor/kv_cache.h"

#include <algorithm>

#include "tensor/error.h"

namespace tinymor {

KvCache::KvCache(const ModelConfig& config, int64_t sequences)
    : KvStore(config),
      width_(config.n_kv_heads * config.d_head()),
      longest_(config.max_seq_len),
      slots_(config.n_layers) {
  for (Slot& slot : slots_) slot.positions.resize(sequences);
}

void KvCache::append(int64_t layer, const Rows& rows, const Variable& keys, const Variable& values) {
  Slot& slot = slots_[layer];
  check(rows.sequences() == int64_t(slot.positions.size()), "[kv_cache] {} sequences came to a cache for {}",
        rows.sequences(), slot.positions.size());
  int64_t needed = 0;
  for (int64_t s = 0; s < rows.sequences(); ++s)
    needed = std::max(needed, int64_t(slot.positions[s].size()) + rows.offsets[s + 1] - rows.offsets[s]);
  check(needed <= longest_, "[kv_cache] {} tokens do not fit a model for sequences of {}", needed, longest_);
  if (needed > slot.capacity) reserve(slot, std::min(longest_, std::max<int64_t>({needed, 2 * slot.capacity, 16})));
  for (int64_t s = 0; s < rows.sequences(); ++s) {
    const int64_t begin = rows.offsets[s], end = rows.offsets[s + 1];
    std::vector<int32_t>& stored = slot.positions[s];
    const int64_t at = s * slot.capacity + int64_t(stored.size());
    slot.keys.slice(0, at, at + end - begin).copy_from(keys.value().slice(0, begin, end));
    slot.values.slice(0, at, at + end - begin).copy_from(values.value().slice(0, begin, end));
    for (int64_t i = begin; i < end; ++i) stored.push_back(rows.positions.data()[i]);
  }
}

KvView KvCache::view(int64_t layer, const Rows& rows) const {
  const Slot& base = slots_[base_of(layer)];
  KvView view{Variable(base.keys), Variable(base.values), {rows.offsets, {}, {}}};
  std::vector<int32_t> replaced, fresh;
  for (int64_t s = 0; s < rows.sequences(); ++s) {
    view.plan.key_begin.push_back(s * base.capacity);
    for (int32_t count : visible_counts(base.positions[s], rows.positions_of(s))) view.plan.visible.push_back(count);
    if (!overlays(layer)) continue;
    const std::vector<int32_t>& own = slots_[layer].positions[s];
    for (int32_t count : visible_counts(base.positions[s], own))
      replaced.push_back(int32_t(s * base.capacity) + count - 1);
    for (size_t i = 0; i < own.size(); ++i) fresh.push_back(int32_t(s * slots_[layer].capacity + int64_t(i)));
  }
  if (overlays(layer)) {
    const IntTensor to({int64_t(replaced.size())}, replaced), from({int64_t(fresh.size())}, fresh);
    view.keys = replace_rows(view.keys, to, Variable(gather_rows(slots_[layer].keys, from)));
    view.values = replace_rows(view.values, to, Variable(gather_rows(slots_[layer].values, from)));
  }
  return view;
}

void KvCache::reserve(Slot& slot, int64_t capacity) {
  const int64_t sequences = int64_t(slot.positions.size());
  Tensor keys = Tensor::zeros({sequences * capacity, width_}), values = Tensor::zeros({sequences * capacity, width_});
  for (int64_t s = 0; s < sequences; ++s) {
    const int64_t count = int64_t(slot.positions[s].size()), from = s * slot.capacity, to = s * capacity;
    if (count == 0) continue;
    keys.slice(0, to, to + count).copy_from(slot.keys.slice(0, from, from + count));
    values.slice(0, to, to + count).copy_from(slot.values.slice(0, from, from + count));
  }
  slot.keys = keys;
  slot.values = values;
  slot.capacity = capacity;
}

const std::vector<int32_t>& KvCache::positions(int64_t layer, int64_t sequence) const {
  return slots_[layer].positions[sequence];
}

int64_t KvCache::bytes() const {
  int64_t entries = 0;
  for (const Slot& slot : slots_)
    for (const auto& stored : slot.positions) entries += int64_t(stored.size());
  return entries * 2 * width_ * int64_t(sizeof(Real));
}

void KvCache::clear() {
  for (Slot& slot : slots_)
    for (auto& stored : slot.positions) stored.clear();
}

int64_t kv_bytes_per_entry(const ModelConfig& config) {
  return 2 * config.n_kv_heads * config.d_head() * int64_t(sizeof(Real));
}

}  // namespace tinymor
