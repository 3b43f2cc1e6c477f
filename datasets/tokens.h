#pragma once
// A long row of token ids, in as few bytes as the vocabulary allows, in memory or in a file that is mapped.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace tinymor {

/// A handle: copies and slices share their ids.
class Tokens {
 public:
  Tokens() = default;
  /// One document.
  Tokens(const std::vector<int32_t>& ids);
  /// Reads `size` ids of `width` bytes (1, 2 or 4) at `ids`. `starts`, which ascend, say where documents begin. `owner`
  /// keeps both alive.
  Tokens(const void* ids, int64_t size, int width, std::span<const uint64_t> starts, std::shared_ptr<const void> owner);

  int64_t size() const { return last_ - first_; }
  bool empty() const { return size() == 0; }
  int32_t operator[](int64_t i) const;
  /// Those from `first` to before `last`.
  Tokens slice(int64_t first, int64_t last) const;
  std::vector<int32_t> to_vector() const;

  /// Places 0 < i < size() where a document begins.
  std::vector<int64_t> starts() const;

 private:
  const void* ids_ = nullptr;
  int width_ = 4;
  int64_t first_ = 0, last_ = 0;
  std::span<const uint64_t> starts_;  // counted from the first id of all
  std::shared_ptr<const void> owner_;
};

}  // namespace tinymor
