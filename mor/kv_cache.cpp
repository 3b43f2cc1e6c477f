#include "mor/kv_cache.h"

#include <algorithm>
#include <cmath>

#include "tensor/error.h"
#include "tensor/kernels/kernels.h"
#include "tensor/threads.h"

namespace tinymor {

KvCache::KvCache(const ModelConfig& config, int64_t sequences, CacheFormat format)
    : KvStore(config),
      format_(format),
      entry_bytes_(kv_bytes_per_entry(config, format)),
      longest_(config.max_seq_len),
      sequences_(sequences),
      pages_(config.n_kv_heads, config.d_head(), format),
      slots_(size_t(config.n_layers * sequences)) {
  for (int64_t layer = 0; layer < config.n_layers; ++layer)
    for (int64_t s = 0; s < sequences; ++s) lanes_.push_back({layer, s});
}

void KvCache::append(int64_t layer, const Rows& rows, const Variable& keys, const Variable& values) {
  append(lanes(layer), rows, keys, values);
}

KvView KvCache::view(int64_t layer, const Rows& rows) const {
  return view(lanes(layer), rows);
}

Variable KvCache::attend(int64_t layer, const Rows& rows, const Variable& q) const {
  return attend(lanes(layer), rows, q);
}

void KvCache::append(std::span<const Lane> lanes, const Rows& rows, const Variable& keys, const Variable& values) {
  check(rows.sequences() == int64_t(lanes.size()), "[kv_cache] {} sequences came to a cache for {}", rows.sequences(),
        lanes.size());
  const Tensor k = keys.value().contiguous_copy(), v = values.value().contiguous_copy();
  const int64_t row = kv_heads_ * width_;
  for (int64_t s = 0; s < rows.sequences(); ++s) {
    if (!computes_keys(lanes[s].layer)) continue;
    Slot& slot = this->slot(lanes[s]);
    for (int64_t i = rows.offsets[s]; i < rows.offsets[s + 1]; ++i) {
      const int64_t entry = int64_t(slot.positions.size());
      check(entry < longest_, "[kv_cache] {} tokens do not fit a model for sequences of {}", entry + 1, longest_);
      if (entry % KvPages::kTokens == 0) slot.pages.push_back(pages_.take());
      pages_.write(slot.page_of(entry), entry % KvPages::kTokens, k.data() + i * row, v.data() + i * row);
      slot.positions.push_back(rows.positions.data()[i]);
    }
  }
}

std::vector<int32_t> KvCache::replaced(Lane lane) const {
  if (!overlays(lane.layer)) return {};
  std::vector<int32_t> index;
  count_visible(slot({base_of(lane.layer), lane.sequence}).positions, slot(lane).positions, index);
  for (int32_t& i : index) --i;
  return index;
}

KvView KvCache::view(std::span<const Lane> lanes, const Rows& rows) const {
  KvView view{{}, {}, {rows.offsets, {}, {}}};
  const int64_t row = kv_heads_ * width_;
  std::vector<Real> keys, values;
  const auto read = [&](const Slot& from, int64_t entry, int64_t to) {
    pages_.read(from.page_of(entry), entry % KvPages::kTokens, &keys[size_t(to * row)], &values[size_t(to * row)]);
  };
  int64_t count = 0;
  for (int64_t s = 0; s < rows.sequences(); ++s) {
    const Slot& base = slot({base_of(lanes[s].layer), lanes[s].sequence});
    view.plan.key_begin.push_back(count);
    count_visible(base.positions, rows.positions_of(s), view.plan.visible);
    const int64_t begin = count;
    count += int64_t(base.positions.size());
    keys.resize(size_t(count * row));
    values.resize(size_t(count * row));
    for (int64_t i = begin; i < count; ++i) read(base, i - begin, i);
    const std::vector<int32_t> fresh = replaced(lanes[s]);
    for (size_t i = 0; i < fresh.size(); ++i) read(slot(lanes[s]), int64_t(i), begin + fresh[i]);
  }
  view.keys = Tensor({count, row}, keys);
  view.values = Tensor({count, row}, values);
  return view;
}

std::vector<int32_t> KvCache::overlay(Lane lane, KvPages& overlaid) const {
  const Slot& base = slot({base_of(lane.layer), lane.sequence});
  std::vector<int32_t> copies;
  for (int32_t page : base.pages) {
    copies.push_back(overlaid.take());
    overlaid.copy(pages_, page, copies.back());
  }
  const Slot& own = slot(lane);
  const std::vector<int32_t> fresh = replaced(lane);
  std::vector<Real> key(size_t(kv_heads_ * width_)), value(key.size());
  for (int64_t i = 0; i < int64_t(fresh.size()); ++i) {
    pages_.read(own.page_of(i), i % KvPages::kTokens, key.data(), value.data());
    overlaid.write(copies[size_t(fresh[size_t(i)] / KvPages::kTokens)], fresh[size_t(i)] % KvPages::kTokens, key.data(),
                   value.data());
  }
  return copies;
}

Variable KvCache::attend(std::span<const Lane> lanes, const Rows& rows, const Variable& q) const {
  // Kept from call to call: a model that writes comes here in every layer of every token.
  static thread_local std::vector<int32_t> counts;                  // [R] keys that each row sees
  static thread_local std::vector<std::span<const int32_t>> pages;  // of each sequence
  counts.clear();
  pages.clear();
  KvPages overlaid(kv_heads_, width_, format_);
  std::vector<std::vector<int32_t>> overlays_of;
  size_t most_pages = 0;
  for (int64_t s = 0; s < rows.sequences(); ++s) {
    const auto positions = rows.positions_of(s);
    const Slot& base = slot({base_of(lanes[s].layer), lanes[s].sequence});
    count_visible(base.positions, positions, counts);
    pages.push_back(base.pages);
    if (!positions.empty() && overlays(lanes[s].layer)) {
      overlays_of.push_back(overlay(lanes[s], overlaid));
      pages.back() = overlays_of.back();
    }
    most_pages = std::max(most_pages, pages.back().size());
  }
  const std::span<const int32_t> visible = counts;
  const std::span<const std::span<const int32_t>> pages_of = pages;
  const Tensor from = q.value().contiguous_copy();
  const int64_t group = heads_ / kv_heads_, row = heads_ * width_;
  const int64_t longest = visible.empty() ? 0 : *std::max_element(visible.begin(), visible.end());
  const int64_t for_scores = kernels::kAttentionRows * kernels::packed_count(1, longest);
  const int64_t space = for_scores + int64_t(most_pages) * pages_.space_per_page();
  Tensor out(from.shape()), scratch({thread_count(), space});
  Real *to = out.mutable_data(), *spaces = scratch.mutable_data();
  parallel_for(rows.sequences() * kv_heads_, [&](int64_t piece) {
    const int64_t s = piece / kv_heads_, head = piece % kv_heads_, begin = rows.offsets[s];
    const int64_t at = begin * row + head * group * width_;
    if (begin == rows.offsets[s + 1]) return;
    Real* scores = spaces + thread_index() * space;
    const KvPages& from_pages = overlays(lanes[s].layer) ? overlaid : pages_;
    static thread_local std::vector<const Real*> numbers;
    numbers.clear();
    for (size_t i = 0; i < pages_of[s].size(); ++i)
      numbers.push_back(
          from_pages.head(pages_of[s][i], head, scores + for_scores + int64_t(i) * pages_.space_per_page()));
    kernels::table().attention_paged({.queries = rows.offsets[s + 1] - begin,
                                      .group = group,
                                      .width = width_,
                                      .scale = Real(1 / std::sqrt(double(width_))),
                                      .visible = visible.data() + begin,
                                      .q = from.data() + at,
                                      .q_row = row,
                                      .pages = numbers.data()},
                                     to + at, row, scores);
  });
  return out;
}

const std::vector<int32_t>& KvCache::positions(int64_t layer, int64_t sequence) const {
  return slot({layer, sequence}).positions;
}

int64_t KvCache::bytes() const {
  int64_t entries = 0;
  for (const Slot& slot : slots_) entries += int64_t(slot.positions.size());
  return entries * entry_bytes_;
}

int64_t KvCache::pages(int64_t sequence) const {
  int64_t count = 0;
  for (size_t i = size_t(sequence); i < slots_.size(); i += size_t(sequences_))
    count += int64_t(slots_[i].pages.size());
  return count;
}

int64_t KvCache::pages_for(int64_t tokens) const {
  int64_t layers = 0;
  for (int64_t layer = 0; layer < int64_t(slots_.size()) / sequences_; ++layer) layers += computes_keys(layer);
  return layers * ((tokens + KvPages::kTokens - 1) / KvPages::kTokens);
}

int64_t KvCache::pages_needed(int64_t sequence, int64_t tokens) const {
  int64_t count = 0;
  for (int64_t layer = 0; layer < int64_t(slots_.size()) / sequences_; ++layer) {
    if (!computes_keys(layer)) continue;
    const Slot& slot = this->slot({layer, sequence});
    const int64_t entries = int64_t(slot.positions.size()) + tokens;
    count += (entries + KvPages::kTokens - 1) / KvPages::kTokens - int64_t(slot.pages.size());
  }
  return count;
}

void KvCache::share(int64_t from, int64_t to, int64_t tokens) {
  for (int64_t layer = 0; layer < int64_t(slots_.size()) / sequences_; ++layer) {
    const Slot& source = slot({layer, from});
    Slot& target = slot({layer, to});
    check(target.positions.empty(), "[kv_cache] sequence {} is not empty", to);
    const auto end = std::lower_bound(source.positions.begin(), source.positions.end(), int32_t(tokens));
    target.positions.assign(source.positions.begin(), end);
    const int64_t entries = end - source.positions.begin();
    for (int64_t first = 0; first < entries; first += KvPages::kTokens) {
      const int32_t page = source.page_of(first);
      if (first + KvPages::kTokens <= entries) {
        pages_.share(page);
        target.pages.push_back(page);
      } else {
        target.pages.push_back(pages_.take());
        pages_.copy(pages_, page, target.pages.back());
      }
    }
  }
}

void KvCache::clear(Slot& slot) {
  for (int32_t page : slot.pages) pages_.give(page);
  slot = {};
}

void KvCache::clear() {
  for (Slot& slot : slots_) clear(slot);
}

void KvCache::clear(int64_t sequence) {
  for (size_t i = size_t(sequence); i < slots_.size(); i += size_t(sequences_)) clear(slots_[i]);
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

Variable CacheLanes::attend(int64_t layer, const Rows& rows, const Variable& q) const {
  return cache_.attend(lanes_at(layer), rows, q);
}

int64_t kv_bytes_per_entry(const ModelConfig& config, CacheFormat format) {
  return 2 * config.n_kv_heads * kv_head_bytes(config.d_head(), format);
}

}  // namespace tinymor
