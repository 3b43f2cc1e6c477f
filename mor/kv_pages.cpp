#include "mor/kv_pages.h"

#include <algorithm>

namespace tinymor {

KvPages::KvPages(int64_t kv_heads, int64_t width)
    : kv_heads_(kv_heads),
      width_(width),
      key_numbers_(width * kTokens),
      value_numbers_(kernels::packed_count(kTokens, width)),
      page_numbers_(kv_heads * (key_numbers_ + value_numbers_)) {}

int32_t KvPages::take() {
  if (free_.empty()) {
    // Zeros, because attention multiplies all of a page, also what no token has written, before it drops that.
    pages_.push_back(Tensor::zeros(Shape{page_numbers_}));
    return int32_t(pages_.size()) - 1;
  }
  const int32_t page = free_.back();
  free_.pop_back();
  return page;
}

void KvPages::give(int32_t page) {
  free_.push_back(page);
}

template <class F>
void KvPages::for_numbers(int64_t place, F f) const {
  for (int64_t head = 0, i = 0; head < kv_heads_; ++head)
    for (int64_t c = 0; c < width_; ++c, ++i)
      f(i, keys_at(head) + c * kTokens + place,
        values_at(head) + c / kernels::kPanelCols * kTokens * kernels::kPanelCols + place * kernels::kPanelCols +
            c % kernels::kPanelCols);
}

void KvPages::write(int32_t page, int64_t place, const Real* key, const Real* value) {
  Real* numbers = pages_[size_t(page)].mutable_data();
  for_numbers(place, [&](int64_t i, int64_t key_at, int64_t value_at) {
    numbers[key_at] = key[i];
    numbers[value_at] = value[i];
  });
}

void KvPages::read(int32_t page, int64_t place, Real* key, Real* value) const {
  const Real* numbers = this->numbers(page);
  for_numbers(place, [&](int64_t i, int64_t key_at, int64_t value_at) {
    key[i] = numbers[key_at];
    value[i] = numbers[value_at];
  });
}

void KvPages::copy(const KvPages& other, int32_t from, int32_t to) {
  std::copy_n(other.numbers(from), page_numbers_, pages_[size_t(to)].mutable_data());
}

}  // namespace tinymor
