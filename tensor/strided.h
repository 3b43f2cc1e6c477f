#pragma once
// Walking several arrays of one shape and different strides at the same time.

#include <array>
#include <cstdint>
#include <vector>

#include "tensor/shape.h"

namespace tinymor {

/// Calls `body(offsets)` once per row (index of all axes but the last) of `shape` in row-major order; offsets[i] is
/// where that row begins in the array with strides *strides[i]. The empty shape has one row of one element.
template <size_t N, class Body>
void for_rows(const Shape& shape, const std::array<const std::vector<int64_t>*, N>& strides, Body body) {
  if (shape.count() == 0) return;
  std::vector<int64_t> index(shape.rank() > 0 ? shape.rank() - 1 : 0, 0);
  std::array<int64_t, N> offsets{};
  for (;;) {
    body(offsets);
    int64_t axis = int64_t(index.size()) - 1;
    for (; axis >= 0; --axis) {
      const bool carry = ++index[axis] == shape[axis];
      for (size_t i = 0; i < N; ++i) offsets[i] += (*strides[i])[axis] * (carry ? 1 - shape[axis] : 1);
      if (!carry) break;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/// Elements per row, and the step between them in an array with `strides`.
inline int64_t row_length(const Shape& shape) {
  return shape.rank() ? shape[-1] : 1;
}
inline int64_t row_step(const std::vector<int64_t>& strides) {
  return strides.empty() ? 1 : strides.back();
}

}  // namespace tinymor
