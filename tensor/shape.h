#pragma once
// Shapes, strides and NumPy's broadcasting rule, without any data. Docs: docs/02-tensors.md

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

namespace tinymor {

/// The largest number of axes that a tensor may have.
constexpr int64_t kMaxRank = 8;

/// The largest number of elements that a shape may have: as bytes, too, they fit into 64 bits.
constexpr int64_t kMaxCount = int64_t(1) << 59;

/// One number per axis, stored in the object itself: every operation makes several of these, and allocating memory for
/// each would cost more than the rest of a small operation.
class Dims {
 public:
  Dims() = default;
  explicit Dims(int64_t rank, int64_t value = 0) : size_(checked(rank)) { std::fill_n(values_.begin(), rank, value); }
  /// Throws when there are more than kMaxRank.
  explicit Dims(std::span<const int64_t> values) : size_(checked(int64_t(values.size()))) {
    std::copy(values.begin(), values.end(), values_.begin());
  }
  Dims(std::initializer_list<int64_t> values) : Dims(std::span(values.begin(), values.size())) {}

  int64_t size() const { return size_; }
  int64_t operator[](int64_t axis) const { return values_[size_t(axis)]; }
  int64_t& operator[](int64_t axis) { return values_[size_t(axis)]; }
  const int64_t* begin() const { return values_.data(); }
  const int64_t* end() const { return begin() + size_; }
  bool operator==(const Dims& other) const { return std::equal(begin(), end(), other.begin(), other.end()); }

 private:
  static int64_t checked(int64_t rank) {
    if (rank < 0 || rank > kMaxRank) too_many(rank);
    return rank;
  }
  [[noreturn]] static void too_many(int64_t rank);

  int64_t size_ = 0;
  std::array<int64_t, kMaxRank> values_{};
};

/// The extent of every axis, outermost first. The empty shape [] is a scalar with one element.
class Shape {
 public:
  Shape() = default;
  /// Throws when there are more than kMaxRank axes.
  Shape(std::initializer_list<int64_t> dims) : dims_(dims) {}
  explicit Shape(std::span<const int64_t> dims) : dims_(dims) {}

  int64_t rank() const { return dims_.size(); }

  /// Extent of `axis`; negative axes count from the end, as in NumPy. Throws when there is no such axis.
  int64_t operator[](int64_t axis) const { return dims_[normalize_axis(axis)]; }
  int64_t& operator[](int64_t axis) { return dims_[normalize_axis(axis)]; }

  /// `axis` as an index from the front. Throws when there is no such axis.
  int64_t normalize_axis(int64_t axis) const {
    const int64_t from_front = axis < 0 ? axis + rank() : axis;
    if (from_front < 0 || from_front >= rank()) no_axis(axis);
    return from_front;
  }

  /// Number of elements: the product of all extents, 1 for a scalar. Throws when there are more than kMaxCount.
  int64_t count() const;
  /// Number of rows along the last axis: the product of all extents but that one.
  int64_t rows() const;

  std::vector<int64_t> dims() const { return {dims_.begin(), dims_.end()}; }
  const int64_t* begin() const { return dims_.begin(); }
  const int64_t* end() const { return dims_.end(); }
  bool operator==(const Shape&) const = default;

  /// "[2,3]"
  std::string text() const;

 private:
  [[noreturn]] void no_axis(int64_t axis) const;

  Dims dims_;
};

std::ostream& operator<<(std::ostream& out, const Shape& shape);

/// Steps, in elements, between neighbours along each axis of a row-major array.
Dims row_major_strides(const Shape& shape);

/// `shape` without `axis`, whose extent must be 1, and `shape` with a new axis of extent 1 that becomes `axis`. They
/// throw when there is no such axis, or no such place.
Shape squeezed(const Shape& shape, int64_t axis);
Shape unsqueezed(const Shape& shape, int64_t axis);

/// The shape of an elementwise result (NumPy's rule: align at the last axis; extents agree or one of them is 1).
/// `op` names the operation in the error message.
Shape broadcast(const Shape& a, const Shape& b, const char* op);

}  // namespace tinymor

/// Shapes in messages: fmt::format("{}", shape).
template <>
struct fmt::formatter<tinymor::Shape> : fmt::formatter<std::string> {
  template <class Context>
  auto format(const tinymor::Shape& shape, Context& context) const {
    return fmt::formatter<std::string>::format(shape.text(), context);
  }
};
