#include "mor/kv_cache.h"

#include <algorithm>
#include <numeric>

#include "tensor/error.h"

namespace tinymor {

KvCache::KvCache(const ModelConfig& config, int64_t sequences)
    : KvStore(config),
      width_(config.n_kv_heads * config.d_head()),
      entry_bytes_(kv_bytes_per_entry(config)),
      longest_(config.max_seq_len),
      sequences_(sequences),
      keys_({0, width_}),
      values_({0, width_}),
      slots_(size_t(config.n_layers * sequences)) {}

std::vector<Lane> KvCache::lanes(int64_t layer) const {
  std::vector<Lane> all;
  for (int64_t s = 0; s < sequences_; ++s) all.push_back({layer, s});
  return all;
}

void KvCache::append(int64_t layer, const Rows& rows, const Variable& keys, const Variable& values) {
  append(lanes(layer), rows, keys, values);
}

KvView KvCache::view(int64_t layer, const Rows& rows) const {
  return view(lanes(layer), rows);
}

void KvCache::append(std::span<const Lane> lanes, const Rows& rows, const Variable& keys, const Variable& values) {
  check(rows.sequences() == int64_t(lanes.size()), "[kv_cache] {} sequences came to a cache for {}", rows.sequences(),
        lanes.size());
  for (int64_t s = 0; s < rows.sequences(); ++s) {
    const int64_t begin = rows.offsets[s], end = rows.offsets[s + 1];
    if (begin == end || !computes_keys(lanes[s].layer)) continue;
    Slot& slot = this->slot(lanes[s]);
    reserve(slot, int64_t(slot.positions.size()) + end - begin);
    const int64_t at = slot.begin + int64_t(slot.positions.size());
    keys_.slice(0, at, at + end - begin).copy_from(keys.value().slice(0, begin, end));
    values_.slice(0, at, at + end - begin).copy_from(values.value().slice(0, begin, end));
    const auto positions = rows.positions_of(s);
    slot.positions.insert(slot.positions.end(), positions.begin(), positions.end());
  }
}

KvView KvCache::view(std::span<const Lane> lanes, const Rows& rows) const {
  KvView view{Variable(keys_), Variable(values_), {rows.offsets, {}, {}}};
  const bool overlaid = std::any_of(lanes.begin(), lanes.end(), [&](Lane lane) { return overlays(lane.layer); });
  std::vector<int32_t> gathered;  // the rows of the pool that a view of several layers is made of
  for (int64_t s = 0; s < rows.sequences(); ++s) {
    const Slot& base = slot({base_of(lanes[s].layer), lanes[s].sequence});
    view.plan.key_begin.push_back(overlaid ? int64_t(gathered.size()) : base.begin);
    for (int32_t count : visible_counts(base.positions, rows.positions_of(s))) view.plan.visible.push_back(count);
    if (!overlaid || rows.positions_of(s).empty()) continue;
    const auto entry = gathered.insert(gathered.end(), base.positions.size(), 0);
    std::iota(entry, gathered.end(), int32_t(base.begin));
    if (!overlays(lanes[s].layer)) continue;
    const Slot& fresh = slot(lanes[s]);
    int32_t row = int32_t(fresh.begin);
    for (int32_t count : visible_counts(base.positions, fresh.positions)) entry[count - 1] = row++;
  }
  if (overlaid) {
    const IntTensor index({int64_t(gathered.size())}, gathered);
    view.keys = Variable(gather_rows(keys_, index));
    view.values = Variable(gather_rows(values_, index));
  }
  return view;
}

void KvCache::reserve(Slot& slot, int64_t count) {
  check(count <= longest_, "[kv_cache] {} tokens do not fit a model for sequences of {}", count, longest_);
  if (count <= slot.capacity) return;
  const int64_t capacity = std::min(longest_, std::max<int64_t>({count, 2 * slot.capacity, 16})), old = slot.begin;
  std::vector<int64_t>& free = free_[capacity];
  if (free.empty()) {
    free.push_back(used_);
    used_ += capacity;
  }
  if (used_ > keys_.dim(0))
    for (Tensor* pool : {&keys_, &values_}) {
      Tensor larger = Tensor::zeros({std::max(used_, 2 * pool->dim(0)), width_});
      larger.slice(0, 0, pool->dim(0)).copy_from(*pool);
      *pool = larger;
    }
  slot.begin = free.back();
  free.pop_back();
  const int64_t stored = int64_t(slot.positions.size());
  for (Tensor* pool : {&keys_, &values_})
    pool->slice(0, slot.begin, slot.begin + stored).copy_from(pool->slice(0, old, old + stored));
  if (slot.capacity > 0) free_[slot.capacity].push_back(old);
  slot.capacity = capacity;
}

const std::vector<int32_t>& KvCache::positions(int64_t layer, int64_t sequence) const {
  return slot({layer, sequence}).positions;
}

int64_t KvCache::bytes() const {
  int64_t entries = 0;
  for (const Slot& slot : slots_) entries += int64_t(slot.positions.size());
  return entries * entry_bytes_;
}

void KvCache::clear() {
  for (Slot& slot : slots_) slot.positions.clear();
}

void KvCache::clear(int64_t sequence) {
  for (size_t i = size_t(sequence); i < slots_.size(); i += size_t(sequences_)) slots_[i].positions.clear();
}

std::vector<Lane> CacheLanes::lanes_at(int64_t layer) const {
  std::vector<Lane> lanes = lanes_;
  for (Lane& lane : lanes) lane.layer += layer;
  return lanes;
}

void CacheLanes::append(int64_t layer, const Rows& rows, const Variable& keys, const Variable& values) {
  cache_.append(lanes_at(layer), rows, keys, values);
}

KvView CacheLanes::view(int64_t layer, const Rows& rows) const {
  return cache_.view(lanes_at(layer), rows);
}

int64_t kv_bytes_per_entry(const ModelConfig& config) {
  return 2 * config.n_kv_heads * config.d_head() * int64_t(sizeof(Real));
}

}  // namespace tinymor
