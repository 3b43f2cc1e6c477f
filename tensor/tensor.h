#pragma once
// A tensor is a handle on shared storage with a shape and strides. Copying a handle, slicing, transposing and (where
// the strides allow it) reshaping cost nothing and share the numbers; `clone` copies them.
//
// Two element types are all a language model needs: Real (float; double in the build that checks gradients) and int32
// for token ids and row indices. Arithmetic on tensors is in tensor/ops.h, the loops in tensor/kernels/.
// Docs: docs/02-tensors.md

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "tensor/real.h"
#include "tensor/shape.h"

namespace tinymor {

/// A block of elements shared by all views of it, right behind this head of it. `version` counts in-place changes, so
/// that autograd can tell when a value it saved is no longer what it was.
template <class T>
struct Storage {
  explicit Storage(int64_t count);
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  T* data;
  int64_t count;
  uint64_t version = 0;
};

template <class T>
class BasicTensor {
 public:
  /// No storage; `defined()` is false.
  BasicTensor() = default;
  /// A number is a tensor of shape [], so that it can be combined with other tensors: x * 2, where(x > 0, x, 0).
  template <class Number>
  requires std::is_arithmetic_v<Number> BasicTensor(Number value) : BasicTensor(Shape(), {T(value)}) {}
  /// Uninitialised elements.
  explicit BasicTensor(Shape shape);
  /// A copy of `values` in row-major order. Throws unless their number fits `shape`.
  BasicTensor(Shape shape, std::span<const T> values);
  BasicTensor(Shape shape, std::initializer_list<T> values)
      : BasicTensor(std::move(shape), std::span<const T>(values.begin(), values.size())) {}

  static BasicTensor full(Shape shape, T value);
  static BasicTensor zeros(Shape shape) { return full(std::move(shape), T(0)); }
  static BasicTensor ones(Shape shape) { return full(std::move(shape), T(1)); }
  /// 0, 1, ..., n-1.
  static BasicTensor arange(int64_t n);

  bool defined() const { return storage_ != nullptr; }
  const Shape& shape() const { return shape_; }
  const Dims& strides() const { return strides_; }
  int64_t rank() const { return shape_.rank(); }
  int64_t dim(int64_t axis) const { return shape_[axis]; }
  int64_t count() const { return shape_.count(); }
  /// Whether the elements are in row-major order without gaps.
  bool contiguous() const;
  /// Whether several elements share one place in memory, as after expand. Writing to such a view throws.
  bool repeats() const;

  /// The first element; the others follow by the strides. The mutable form counts as a change (see Storage::version).
  /// Throws for an undefined tensor.
  const T* data() const {
    if (!storage_) no_numbers();
    return storage_->data + offset_;
  }
  T* mutable_data();
  /// All elements as one row-major range. Throws unless contiguous.
  std::span<const T> values() const;
  /// A copy of all elements in row-major order, whatever the strides.
  std::vector<T> to_vector() const;
  /// The only element. Throws unless there is exactly one.
  T item() const;
  /// The element at an index per axis; negative ones count from the end. Throws when it is out of range.
  T at(std::initializer_list<int64_t> index) const;

  /// The same elements in another shape; one extent may be -1. A view where the strides allow it, otherwise a copy.
  BasicTensor reshape(Shape shape) const;
  /// Like reshape, but throws instead of copying.
  BasicTensor view(Shape shape) const;
  /// A view with two axes exchanged.
  BasicTensor transpose(int64_t a, int64_t b) const;
  /// A view whose axis i is axis order[i] of this. Throws unless `order` names every axis once.
  BasicTensor permute(const std::vector<int64_t>& order) const;
  /// A view of every step-th index of [begin, end) along `axis`. Throws unless 0 <= begin <= end <= extent and step >
  /// 0.
  BasicTensor slice(int64_t axis, int64_t begin, int64_t end, int64_t step = 1) const;
  /// A view of index i along `axis`, which is removed from the shape. A negative i counts from the end.
  BasicTensor select(int64_t axis, int64_t i) const;
  /// A view without `axis`, whose extent must be 1, and one with a new axis of extent 1 that becomes `axis`.
  BasicTensor squeeze(int64_t axis) const { return reshape(squeezed(shape_, axis)); }
  BasicTensor unsqueeze(int64_t axis) const { return reshape(unsqueezed(shape_, axis)); }
  /// A view that repeats axes of extent 1 (stride 0) up to `shape`, by the broadcasting rule.
  BasicTensor expand(const Shape& shape) const;
  /// This tensor when it is contiguous, otherwise a copy.
  BasicTensor contiguous_copy() const { return contiguous() ? *this : clone(); }
  /// A new contiguous tensor with the same elements.
  BasicTensor clone() const;

  void fill(T value);
  /// Overwrites the elements with those of `source` (broadcast to this shape).
  void copy_from(const BasicTensor& source);

  /// How often the storage was changed in place.
  uint64_t version() const { return storage_ ? storage_->version : 0; }
  /// Whether no other handle uses this storage.
  bool sole_owner() const { return storage_ && storage_.use_count() == 1; }

 private:
  BasicTensor(std::shared_ptr<Storage<T>> storage, int64_t offset, Shape shape, Dims strides);
  [[noreturn]] static void no_numbers();
  BasicTensor with_layout(Shape shape, Dims strides) const;

  std::shared_ptr<Storage<T>> storage_;
  int64_t offset_ = 0;
  Shape shape_;
  Dims strides_;
};

/// Numbers.
using Tensor = BasicTensor<Real>;
/// Token ids, positions and row indices.
using IntTensor = BasicTensor<int32_t>;

/// The numbers in nested brackets as NumPy prints them, with up to four digits after the point; of more than a thousand
/// only the first and last three along each axis.
std::string to_string(const Tensor& x);
std::string to_string(const IntTensor& x);
std::ostream& operator<<(std::ostream& out, const Tensor& x);
std::ostream& operator<<(std::ostream& out, const IntTensor& x);

}  // namespace tinymor
