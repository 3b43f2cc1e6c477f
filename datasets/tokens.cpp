#include "datasets/tokens.h"

#include <algorithm>

#include "tensor/error.h"

namespace tinymor {

Tokens::Tokens(const std::vector<int32_t>& ids) {
  const auto shared = std::make_shared<const std::vector<int32_t>>(ids);
  *this = Tokens(shared->data(), int64_t(shared->size()), 4, {}, shared);
}

Tokens::Tokens(const void* ids, int64_t size, int width, std::span<const uint64_t> starts,
               std::shared_ptr<const void> owner)
    : ids_(ids), width_(width), last_(size), starts_(starts), owner_(std::move(owner)) {
  check(width == 1 || width == 2 || width == 4, "[Tokens] ids of {} bytes", width);
}

int32_t Tokens::operator[](int64_t i) const {
  i += first_;
  if (width_ == 1) return static_cast<const uint8_t*>(ids_)[i];
  if (width_ == 2) return static_cast<const uint16_t*>(ids_)[i];
  return static_cast<const int32_t*>(ids_)[i];
}

Tokens Tokens::slice(int64_t first, int64_t last) const {
  check(0 <= first && first <= last && last <= size(), "[Tokens] {} to {} of {}", first, last, size());
  Tokens part = *this;
  part.first_ = first_ + first;
  part.last_ = first_ + last;
  return part;
}

std::vector<int32_t> Tokens::to_vector() const {
  std::vector<int32_t> ids(static_cast<size_t>(size()));
  for (int64_t i = 0; i < size(); ++i) ids[size_t(i)] = (*this)[i];
  return ids;
}

std::vector<int64_t> Tokens::starts() const {
  std::vector<int64_t> places;
  for (auto start = std::upper_bound(starts_.begin(), starts_.end(), uint64_t(first_));
       start != starts_.end() && int64_t(*start) < last_; ++start)
    places.push_back(int64_t(*start) - first_);
  return places;
}

}  // namespace tinymor
