#pragma once
// The memory of a KV cache: pages, each with room for the keys and values of some tokens of one text in one layer.
//
// A text takes a page when the last one is full and gives all of them back when it is done, so that memory is never
// wasted on what texts might still become, and texts of any lengths share it (Kwon et al. 2023, "PagedAttention"). In a
// page the numbers of a head are in the order in which attention reads them (kernels::PagedHead): keys turned, so that
// sixteen of them meet a number of a query at a time.
//
// Numbers can be kept in fewer bytes than they were computed in. Attention then reads a copy of the pages of one head.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "tensor/kernels/kernels.h"
#include "tensor/tensor.h"

namespace tinymor {

/// f32: the numbers as they are. bf16: their upper halves, which have a sign, 8 bits of exponent and 8 of precision.
/// int8: a whole number in -127..127 for each, times a scale for each token's key and value of each head.
enum class CacheFormat { f32, bf16, int8 };

class KvPages {
 public:
  /// Tokens that a page has room for.
  static constexpr int64_t kTokens = kernels::kPanelCols;

  /// Keys and values of `kv_heads` heads of `width`.
  KvPages(int64_t kv_heads, int64_t width, CacheFormat format = CacheFormat::f32);

  /// A page that nobody uses; its old numbers are still in it. It is used until as many gave it back as took or share
  /// it.
  int32_t take();
  void share(int32_t page);
  void give(int32_t page);
  /// Pages that are used, shared ones once.
  int64_t used() const { return int64_t(pages_.size() - free_.size()); }
  /// How many more they would be if no page was shared.
  int64_t saved() const { return saved_; }
  int64_t page_bytes() const { return kv_heads_ * head_bytes_; }

  /// Puts a token's key and value [G*D] in the place 0..kTokens-1 of a page.
  void write(int32_t page, int64_t place, const Real* key, const Real* value);
  /// Gets them back.
  void read(int32_t page, int64_t place, Real* key, Real* value) const;
  /// Overwrites a page of this with one of `other`, which has the same heads and format.
  void copy(const KvPages& other, int32_t from, int32_t to);

  /// The numbers of a head in a page: those of the page itself where they are Real, else a copy in `space`, which has
  /// room for `space_per_page` of them.
  const Real* head(int32_t page, int64_t head, Real* space) const;
  int64_t space_per_page() const { return format_ == CacheFormat::f32 ? 0 : numbers_; }

 private:
  std::byte* head_of(int32_t page, int64_t head) const { return pages_[size_t(page)].get() + head * head_bytes_; }
  Real* scales(std::byte* head) const { return reinterpret_cast<Real*>(head + head_bytes_) - 2 * kTokens; }
  /// Where in the numbers of a head the number `c` of the key, or of the value, in `place` is.
  int64_t key_at(int64_t place, int64_t c) const { return c * kTokens + place; }
  int64_t value_at(int64_t place, int64_t c) const {
    return (width_ + c / kernels::kPanelCols * kTokens + place) * kernels::kPanelCols + c % kernels::kPanelCols;
  }
  template <class Number>
  void write_head(std::byte* head, int64_t place, const Real* key, const Real* value);
  template <class Number>
  void read_head(std::byte* head, int64_t place, Real* key, Real* value) const;

  int64_t kv_heads_, width_;
  CacheFormat format_;
  int64_t numbers_, head_bytes_;  // of a head in a page
  std::vector<std::shared_ptr<std::byte>> pages_;
  std::vector<int32_t> users_;  // of each page
  int64_t saved_ = 0;
  std::vector<int32_t> free_;
};

/// Bytes of the key or value of one head.
int64_t kv_head_bytes(int64_t width, CacheFormat format);

}  // namespace tinymor
