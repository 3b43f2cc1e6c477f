#include "mor/kv_pages.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "tensor/memory.h"

namespace tinymor {
namespace {

using kernels::table;

/// A number that is kept as it is.
Real narrow(Real x, Real, Real) {
  return x;
}
Real widen(Real x, Real) {
  return x;
}

/// To the nearest number that has a lower half of zeros, halves to the even one; no number stays none.
uint16_t narrow(Real x, Real, uint16_t) {
  if (std::isnan(x)) return 0x7fc0;
  const uint32_t bits = std::bit_cast<uint32_t>(float(x));
  return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
Real widen(uint16_t x, Real) {
  return std::bit_cast<float>(uint32_t(x) << 16);
}

int8_t narrow(Real x, Real scale, int8_t) {
  return scale > 0 ? int8_t(std::lrint(x / scale)) : int8_t(0);
}
Real widen(int8_t x, Real scale) {
  return Real(x) * scale;
}

/// What the largest of some numbers is 127 times of; NaN unless all are finite.
Real scale_of(const Real* x, int64_t count) {
  Real largest = 0, nothing = 0;
  for (int64_t c = 0; c < count; ++c) {
    largest = std::max(largest, std::abs(x[c]));
    nothing += x[c] * 0;
  }
  return largest / 127 + nothing;
}

/// What f(a number of the kind that this format keeps) returns.
template <class F>
auto with_number(CacheFormat format, F f) {
  if (format == CacheFormat::bf16) return f(uint16_t());
  if (format == CacheFormat::int8) return f(int8_t());
  return f(Real());
}

int64_t number_bytes(CacheFormat format) {
  return with_number(format, [](auto number) { return int64_t(sizeof(number)); });
}

int64_t scale_bytes(CacheFormat format) {
  return format == CacheFormat::int8 ? int64_t(sizeof(Real)) : 0;
}

}  // namespace

KvPages::KvPages(int64_t kv_heads, int64_t width, CacheFormat format)
    : kv_heads_(kv_heads),
      width_(width),
      format_(format),
      numbers_(width * kTokens + kernels::packed_count(kTokens, width)),
      head_bytes_(numbers_ * number_bytes(format) + 2 * kTokens * scale_bytes(format)) {}

int32_t KvPages::take() {
  if (free_.empty()) {
    const int64_t bytes = page_bytes();
    pages_.emplace_back(static_cast<std::byte*>(allocate_bytes(bytes)),
                        [bytes](std::byte* page) { free_bytes(page, bytes); });
    // Zeros, because attention multiplies all of a page, also what no token has written, before it drops that.
    std::memset(pages_.back().get(), 0, size_t(bytes));
    users_.push_back(1);
    return int32_t(pages_.size()) - 1;
  }
  const int32_t page = free_.back();
  free_.pop_back();
  users_[size_t(page)] = 1;
  return page;
}

void KvPages::share(int32_t page) {
  ++users_[size_t(page)];
  ++saved_;
}

void KvPages::give(int32_t page) {
  if (--users_[size_t(page)] > 0)
    --saved_;
  else
    free_.push_back(page);
}

template <class Number>
void KvPages::write_head(std::byte* head, int64_t place, const Real* key, const Real* value) {
  Number* numbers = reinterpret_cast<Number*>(head);
  Real key_scale = 1, value_scale = 1;
  if (format_ == CacheFormat::int8) {
    scales(head)[place] = key_scale = scale_of(key, width_);
    scales(head)[kTokens + place] = value_scale = scale_of(value, width_);
  }
  for (int64_t c = 0; c < width_; ++c) numbers[key_at(place, c)] = narrow(key[c], key_scale, Number());
  for (int64_t first = 0; first < width_; first += kernels::kPanelCols) {
    Number* to = numbers + value_at(place, first);
    for (int64_t c = first; c < std::min(first + kernels::kPanelCols, width_); ++c)
      to[c - first] = narrow(value[c], value_scale, Number());
  }
}

template <class Number>
void KvPages::read_head(std::byte* head, int64_t place, Real* key, Real* value) const {
  const Number* numbers = reinterpret_cast<const Number*>(head);
  const bool scaled = format_ == CacheFormat::int8;
  const Real key_scale = scaled ? scales(head)[place] : 1, value_scale = scaled ? scales(head)[kTokens + place] : 1;
  for (int64_t c = 0; c < width_; ++c) {
    key[c] = widen(numbers[key_at(place, c)], key_scale);
    value[c] = widen(numbers[value_at(place, c)], value_scale);
  }
}

void KvPages::write(int32_t page, int64_t place, const Real* key, const Real* value) {
  with_number(format_, [&](auto number) {
    for (int64_t h = 0; h < kv_heads_; ++h)
      write_head<decltype(number)>(head_of(page, h), place, key + h * width_, value + h * width_);
  });
}

void KvPages::read(int32_t page, int64_t place, Real* key, Real* value) const {
  with_number(format_, [&](auto number) {
    for (int64_t h = 0; h < kv_heads_; ++h)
      read_head<decltype(number)>(head_of(page, h), place, key + h * width_, value + h * width_);
  });
}

void KvPages::copy(const KvPages& other, int32_t from, int32_t to) {
  std::memcpy(head_of(to, 0), other.head_of(from, 0), size_t(page_bytes()));
}

const Real* KvPages::head(int32_t page, int64_t head, Real* space) const {
  std::byte* at = head_of(page, head);
  if (format_ == CacheFormat::f32) return reinterpret_cast<const Real*>(at);
  if (format_ == CacheFormat::bf16) {
    table().widen_bf16(numbers_, reinterpret_cast<const uint16_t*>(at), space);
    return space;
  }
  const int8_t* numbers = reinterpret_cast<const int8_t*>(at);
  table().widen_int8(width_, kTokens, numbers, scales(at), false, space);
  for (int64_t panel = width_; panel < numbers_ / kTokens; panel += kTokens)
    table().widen_int8(kTokens, kernels::kPanelCols, numbers + panel * kTokens, scales(at) + kTokens, true,
                       space + panel * kTokens);
  return space;
}

int64_t kv_head_bytes(int64_t width, CacheFormat format) {
  return width * number_bytes(format) + scale_bytes(format);
}

}  // namespace tinymor
