#include "tensor/tensor.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/strided.h"

namespace tinymor {
namespace {

/// What is in front of the elements: a Storage and the counts of its shared_ptr.
constexpr int64_t kHead = 64;

/// An allocator for std::allocate_shared that makes room for `bytes` of elements behind what it is asked for.
template <class T>
struct WithElements {
  using value_type = T;
  int64_t bytes;

  explicit WithElements(int64_t bytes) : bytes(bytes) {}
  template <class U>
  WithElements(const WithElements<U>& other) : bytes(other.bytes) {}

  T* allocate(size_t) {
    static_assert(sizeof(T) <= kHead);
    return static_cast<T*>(allocate_bytes(bytes, kHead));
  }
  void deallocate(T* head, size_t) { free_bytes(head, bytes, kHead); }
};

/// Throws unless memory could have this shape.
Shape possible(Shape shape) {
  for (int64_t d : shape) check(d >= 0, "[tensor] {} has a negative extent", shape);
  shape.count();
  return shape;
}

template <class T>
void copy_elements(const Shape& shape, const T* from, const Dims& from_strides, T* to, const Dims& to_strides) {
  const Walk<2> walk(shape, {&from_strides, &to_strides});
  const int64_t from_step = walk.step(0), to_step = walk.step(1);
  walk.parallel([&](const std::array<int64_t, 2>& at, int64_t n) {
    if (from_step == 1 && to_step == 1) {
      std::copy_n(from + at[0], n, to + at[1]);
    } else {
      for (int64_t i = 0; i < n; ++i) to[at[1] + i * to_step] = from[at[0] + i * from_step];
    }
  });
}

/// `shape` with an extent of -1 replaced by what `from` leaves for it. Throws unless the elements fit.
Shape fitted(const char* op, const Shape& from, Shape shape) {
  int64_t open_axis = 0;
  while (open_axis < shape.rank() && shape[open_axis] != -1) ++open_axis;
  if (open_axis < shape.rank()) {
    shape[open_axis] = 1;
    const int64_t known = shape.count();
    shape[open_axis] = known > 0 ? from.count() / known : -1;
  }
  check(shape.count() == from.count() && std::all_of(shape.begin(), shape.end(), [](int64_t d) { return d >= 0; }),
        "[{}] {} with {} elements does not fit {}", op, from, from.count(), shape);
  return shape;
}

/// The strides with which `shape` shows the elements of an array, or nothing when no strides can: each run of axes that
/// are evenly spaced in memory can be divided in a new way, but no new axis can span two runs.
std::optional<Dims> reshaped_strides(const Shape& from, const Dims& from_strides, const Shape& shape) {
  if (from.count() == 0) return row_major_strides(shape);
  struct Run {
    int64_t extent, step;
  };
  std::array<Run, kMaxRank + 1> runs{{{1, 1}}};
  Run* last = runs.data();
  for (int64_t axis = 0; axis < from.rank(); ++axis) {
    if (from[axis] == 1) continue;
    const int64_t step = from_strides[axis];
    if (last->extent > 1 && last->step == step * from[axis])
      *last = {last->extent * from[axis], step};
    else
      *++last = {from[axis], step};
  }
  Dims strides(shape.rank(), 1);
  for (int64_t axis = shape.rank() - 1; axis >= 0; --axis) {
    if (shape[axis] == 1) continue;
    if (last->extent == 1) --last;
    if (last->extent % shape[axis] != 0) return std::nullopt;
    strides[axis] = last->step;
    *last = {last->extent / shape[axis], last->step * shape[axis]};
  }
  return strides;
}

}  // namespace

template <class T>
Storage<T>::Storage(int64_t n)
    : data(reinterpret_cast<T*>((reinterpret_cast<uintptr_t>(this) / kHead + 1) * kHead)), count(n) {}

template <class T>
BasicTensor<T>::BasicTensor(std::shared_ptr<Storage<T>> storage, int64_t offset, Shape shape, Dims strides)
    : storage_(std::move(storage)), offset_(offset), shape_(std::move(shape)), strides_(std::move(strides)) {}

template <class T>
BasicTensor<T>::BasicTensor(Shape shape) : shape_(possible(std::move(shape))), strides_(row_major_strides(shape_)) {
  const int64_t n = shape_.count();
  storage_ = std::allocate_shared<Storage<T>>(WithElements<Storage<T>>(n * int64_t(sizeof(T))), n);
}

template <class T>
BasicTensor<T>::BasicTensor(Shape shape, std::span<const T> values) : BasicTensor(std::move(shape)) {
  check(int64_t(values.size()) == count(), "[tensor] {} values do not fill {}, which has {}", values.size(), shape_,
        count());
  std::copy(values.begin(), values.end(), storage_->data);
}

template <class T>
BasicTensor<T> BasicTensor<T>::full(Shape shape, T value) {
  BasicTensor result(std::move(shape));
  T* to = result.storage_->data;
  parallel_ranges(result.count(), 16384, [&](int64_t begin, int64_t end) { std::fill(to + begin, to + end, value); });
  return result;
}

template <class T>
BasicTensor<T> BasicTensor<T>::arange(int64_t n) {
  BasicTensor result(Shape{n});
  std::iota(result.storage_->data, result.storage_->data + n, T(0));
  return result;
}

template <class T>
bool BasicTensor<T>::contiguous() const {
  int64_t step = 1;
  for (int64_t axis = rank() - 1; axis >= 0; --axis) {
    if (shape_[axis] != 1 && strides_[axis] != step) return false;
    step *= shape_[axis];
  }
  return true;
}

template <class T>
bool BasicTensor<T>::repeats() const {
  for (int64_t axis = 0; axis < rank(); ++axis)
    if (shape_[axis] > 1 && strides_[axis] == 0) return count() > 0;
  return false;
}

template <class T>
void BasicTensor<T>::no_numbers() {
  throw Error("[tensor] an undefined tensor has no numbers (give it a value first)");
}

template <class T>
T* BasicTensor<T>::mutable_data() {
  if (!storage_) no_numbers();
  ++storage_->version;
  return storage_->data + offset_;
}

template <class T>
std::span<const T> BasicTensor<T>::values() const {
  check(contiguous(), "[values] a view of shape {} is not one range of memory (use contiguous_copy)", shape_);
  if (!defined()) return {};
  return {data(), static_cast<size_t>(count())};
}

template <class T>
std::vector<T> BasicTensor<T>::to_vector() const {
  const BasicTensor whole = contiguous_copy();
  return {whole.values().begin(), whole.values().end()};
}

template <class T>
T BasicTensor<T>::item() const {
  check(defined() && count() == 1, "[item] {} does not have exactly one element", shape_);
  return *data();
}

template <class T>
T BasicTensor<T>::at(std::initializer_list<int64_t> index) const {
  check(int64_t(index.size()) == rank(), "[at] {} indices for shape {}", index.size(), shape_);
  int64_t offset = 0, axis = 0;
  for (int64_t i : index) {
    const int64_t extent = shape_[axis], from_front = i < 0 ? i + extent : i;
    check(from_front >= 0 && from_front < extent, "[at] index {} is outside axis {} of {}", i, axis, shape_);
    offset += from_front * strides_[axis++];
  }
  return data()[offset];
}

template <class T>
BasicTensor<T> BasicTensor<T>::with_layout(Shape shape, Dims strides) const {
  return BasicTensor(storage_, offset_, std::move(shape), std::move(strides));
}

template <class T>
BasicTensor<T> BasicTensor<T>::reshape(Shape shape) const {
  shape = fitted("reshape", shape_, std::move(shape));
  auto strides = reshaped_strides(shape_, strides_, shape);
  if (strides) return with_layout(std::move(shape), std::move(*strides));
  return clone().reshape(std::move(shape));
}

template <class T>
BasicTensor<T> BasicTensor<T>::view(Shape shape) const {
  shape = fitted("view", shape_, std::move(shape));
  auto strides = reshaped_strides(shape_, strides_, shape);
  check(strides.has_value(), "[view] no strides show {} with strides [{}] as {} (use reshape, which copies)", shape_,
        fmt::join(strides_, ","), shape);
  return with_layout(std::move(shape), std::move(*strides));
}

template <class T>
BasicTensor<T> BasicTensor<T>::transpose(int64_t a, int64_t b) const {
  BasicTensor turned = *this;
  std::swap(turned.shape_[a], turned.shape_[b]);
  std::swap(turned.strides_[shape_.normalize_axis(a)], turned.strides_[shape_.normalize_axis(b)]);
  return turned;
}

template <class T>
BasicTensor<T> BasicTensor<T>::permute(const std::vector<int64_t>& order) const {
  Shape shape = shape_;
  Dims strides = strides_;
  std::vector<bool> seen(rank(), false);
  for (int64_t i = 0; i < int64_t(order.size()) && i < rank(); ++i) {
    const int64_t from = shape_.normalize_axis(order[i]);
    shape[i] = shape_[from];
    strides[i] = strides_[from];
    seen[from] = true;
  }
  check(int64_t(order.size()) == rank() && std::count(seen.begin(), seen.end(), false) == 0,
        "[permute] [{}] does not name every axis of {} once", fmt::join(order, ","), shape_);
  return with_layout(std::move(shape), std::move(strides));
}

template <class T>
BasicTensor<T> BasicTensor<T>::slice(int64_t axis, int64_t begin, int64_t end, int64_t step) const {
  const int64_t i = shape_.normalize_axis(axis);
  check(0 <= begin && begin <= end && end <= shape_[i] && step > 0,
        "[slice] {}..{} by {} is not a range of axis {} of {}", begin, end, step, i, shape_);
  BasicTensor part = *this;
  part.shape_[i] = (end - begin + step - 1) / step;
  part.offset_ += begin * strides_[i];
  part.strides_[i] *= step;
  return part;
}

template <class T>
BasicTensor<T> BasicTensor<T>::select(int64_t axis, int64_t i) const {
  const int64_t along = shape_.normalize_axis(axis), extent = shape_[along];
  const int64_t at = i < 0 ? i + extent : i;
  check(at >= 0 && at < extent, "[select] index {} is outside axis {} of {}", i, along, shape_);
  BasicTensor part = slice(along, at, at + 1);
  std::vector<int64_t> dims = shape_.dims(), strides(strides_.begin(), strides_.end());
  dims.erase(dims.begin() + along);
  strides.erase(strides.begin() + along);
  part.shape_ = Shape(dims);
  part.strides_ = Dims(strides);
  return part;
}

template <class T>
BasicTensor<T> BasicTensor<T>::expand(const Shape& shape) const {
  check(broadcast(shape_, shape, "expand") == shape, "[expand] {} does not grow to {}", shape_, shape);
  Dims strides(shape.rank(), 0);
  for (int64_t i = 1; i <= rank(); ++i)
    if (shape_[-i] == shape[-i]) strides[shape.rank() - i] = strides_[rank() - i];
  return BasicTensor(storage_, offset_, shape, std::move(strides));
}

template <class T>
BasicTensor<T> BasicTensor<T>::clone() const {
  if (!defined()) return {};
  BasicTensor result(shape_);
  copy_elements(shape_, data(), strides_, result.storage_->data, result.strides_);
  return result;
}

template <class T>
void BasicTensor<T>::fill(T value) {
  copy_from(BasicTensor(value));
}

template <class T>
void BasicTensor<T>::copy_from(const BasicTensor& source) {
  check(!repeats(), "[copy_from] a view of shape {} repeats its elements: there is no place for each (use clone)",
        shape_);
  const BasicTensor wide = source.expand(shape_);
  copy_elements(shape_, wide.data(), wide.strides_, mutable_data(), strides_);
}

template struct Storage<Real>;
template struct Storage<int32_t>;
template class BasicTensor<Real>;
template class BasicTensor<int32_t>;

}  // namespace tinymor
