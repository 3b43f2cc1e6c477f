#pragma once
// Shapes, strides and NumPy's broadcasting rule, without any data. Docs: docs/02-tensors.md

#include <fmt/format.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace tinymor {

/// The extent of every axis, outermost first. The empty shape [] is a scalar with one element.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<int64_t> dims) : dims_(dims) {}
  explicit Shape(std::vector<int64_t> dims) : dims_(std::move(dims)) {}

  int64_t rank() const { return static_cast<int64_t>(dims_.size()); }

  /// Extent of `axis`; negative axes count from the end, as in NumPy. Throws when there is no such axis.
  int64_t operator[](int64_t axis) const { return dims_[normalize_axis(axis)]; }
  int64_t& operator[](int64_t axis) { return dims_[normalize_axis(axis)]; }

  /// `axis` as an index from the front. Throws when there is no such axis.
  size_t normalize_axis(int64_t axis) const;

  /// Number of elements: the product of all extents, 1 for a scalar.
  int64_t count() const;
  /// Number of rows along the last axis: the product of all extents but that one.
  int64_t rows() const;

  const std::vector<int64_t>& dims() const { return dims_; }
  auto begin() const { return dims_.begin(); }
  auto end() const { return dims_.end(); }
  bool operator==(const Shape&) const = default;

  /// "[2,3]"
  std::string text() const;

 private:
  std::vector<int64_t> dims_;
};

/// Steps, in elements, between neighbours along each axis of a row-major array.
std::vector<int64_t> row_major_strides(const Shape& shape);

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
