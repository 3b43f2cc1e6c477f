#pragma once
// Walking several arrays of one shape and different strides at the same time. Docs: docs/02-tensors.md

#include <algorithm>
#include <array>
#include <cstdint>

#include "tensor/shape.h"
#include "tensor/threads.h"

namespace tinymor {

/// N arrays of one shape, seen as rows of as many elements as all of them can step through evenly: neighbouring axes
/// are merged wherever the strides of every array allow it, so contiguous arrays of any rank are a single row.
template <size_t N>
class Walk {
 public:
  Walk(const Shape& shape, const std::array<const Dims*, N>& strides) : count_(shape.count()) {
    for (int64_t axis = 0; axis < shape.rank(); ++axis) {
      if (shape[axis] == 1) continue;
      std::array<int64_t, N> steps;
      for (size_t i = 0; i < N; ++i) steps[i] = (*strides[i])[axis];
      bool merges = rank_ > 0;
      for (size_t i = 0; merges && i < N; ++i) merges = axes_[rank_ - 1].steps[i] == steps[i] * shape[axis];
      if (merges) {
        axes_[rank_ - 1] = {axes_[rank_ - 1].extent * shape[axis], steps};
      } else {
        axes_[rank_++] = {shape[axis], steps};
      }
    }
    if (rank_ == 0) axes_[rank_++] = {1, {}};
  }

  int64_t row_length() const { return axes_[rank_ - 1].extent; }
  int64_t rows() const { return count_ == 0 ? 0 : count_ / row_length(); }
  /// The step between neighbours of a row in array i.
  int64_t step(size_t i) const { return axes_[rank_ - 1].steps[i]; }

  /// Calls body(offsets) for rows [begin, end) in row-major order; offsets[i] is where the row begins in array i.
  template <class Body>
  void for_rows(int64_t begin, int64_t end, const Body& body) const {
    if (begin >= end) return;
    const int64_t outer = rank_ - 1;
    Dims index(outer);
    std::array<int64_t, N> offsets{};
    int64_t rest = begin;
    for (int64_t axis = outer - 1; axis >= 0; --axis) {
      index[axis] = rest % axes_[axis].extent;
      rest /= axes_[axis].extent;
      for (size_t i = 0; i < N; ++i) offsets[i] += index[axis] * axes_[axis].steps[i];
    }
    for (int64_t row = begin;;) {
      body(offsets);
      if (++row == end) return;
      for (int64_t axis = outer - 1;; --axis) {
        const bool carry = ++index[axis] == axes_[axis].extent;
        for (size_t i = 0; i < N; ++i) offsets[i] += axes_[axis].steps[i] * (carry ? 1 - axes_[axis].extent : 1);
        if (!carry) break;
        index[axis] = 0;
      }
    }
  }

  /// Calls body(offsets, n) for pieces of rows that together are everything, on several threads.
  template <class Body>
  void parallel(const Body& body) const {
    constexpr int64_t grain = 16384;
    const int64_t length = row_length();
    if (rows() == 1) {
      parallel_ranges(length, grain, [&](int64_t begin, int64_t end) {
        std::array<int64_t, N> offsets;
        for (size_t i = 0; i < N; ++i) offsets[i] = begin * step(i);
        body(offsets, end - begin);
      });
      return;
    }
    parallel_ranges(rows(), std::max<int64_t>(1, grain / std::max<int64_t>(1, length)),
                    [&](int64_t begin, int64_t end) {
                      for_rows(begin, end, [&](const std::array<int64_t, N>& offsets) { body(offsets, length); });
                    });
  }

 private:
  struct Axis {
    int64_t extent;
    std::array<int64_t, N> steps;
  };
  int64_t count_;
  int64_t rank_ = 0;
  std::array<Axis, kMaxRank> axes_;
};

}  // namespace tinymor
