#pragma once
// The memory of a KV cache: pages, each with room for the keys and values of some tokens of one text in one layer.
//
// A text takes a page when the last one is full and gives all of them back when it is done, so that memory is never
// wasted on what texts might still become, and texts of any lengths share it (Kwon et al. 2023, "PagedAttention"). In a
// page the numbers are in the order in which attention reads them (kernels::PagedHead): keys turned, so that sixteen of
// them meet a number of a query at a time.

#include <cstdint>
#include <vector>

#include "tensor/kernels/kernels.h"
#include "tensor/tensor.h"

namespace tinymor {

class KvPages {
 public:
  /// Tokens that a page has room for.
  static constexpr int64_t kTokens = kernels::kPanelCols;

  /// Keys and values of `kv_heads` heads of `width`.
  KvPages(int64_t kv_heads, int64_t width);

  /// A page that nobody uses; its old numbers are still in it.
  int32_t take();
  void give(int32_t page);
  /// Pages that were taken and not given back.
  int64_t used() const { return int64_t(pages_.size() - free_.size()); }
  int64_t page_bytes() const { return page_numbers_ * int64_t(sizeof(Real)); }

  /// Puts a token's key and value [G*D] in the place 0..kTokens-1 of a page.
  void write(int32_t page, int64_t place, const Real* key, const Real* value);
  /// Gets them back.
  void read(int32_t page, int64_t place, Real* key, Real* value) const;
  /// Overwrites a page of this with one of `other`, which has the same heads.
  void copy(const KvPages& other, int32_t from, int32_t to);

  /// The numbers of a page, and where in it those of a head begin.
  const Real* numbers(int32_t page) const { return pages_[size_t(page)].data(); }
  int64_t keys_at(int64_t head) const { return head * key_numbers_; }
  int64_t values_at(int64_t head) const { return kv_heads_ * key_numbers_ + head * value_numbers_; }

 private:
  /// Calls f(index in a key or value, place of that number in the page for keys, the same for values).
  template <class F>
  void for_numbers(int64_t place, F f) const;

  int64_t kv_heads_, width_, key_numbers_, value_numbers_, page_numbers_;
  std::vector<Tensor> pages_;
  std::vector<int32_t> free_;
};

}  // namespace tinymor
