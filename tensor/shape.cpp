#include "tensor/shape.h"

#include <ostream>

#include "tensor/error.h"

namespace tinymor {

void Dims::too_many(int64_t rank) {
  throw Error(fmt::format("[shape] {} axes are more than {}", rank, kMaxRank));
}

void Shape::no_axis(int64_t axis) const {
  throw Error(fmt::format("[shape] axis {} does not exist in {}", axis, *this));
}

int64_t Shape::count() const {
  // As in NumPy, the other extents of an empty shape must not be too large either: strides are their products.
  int64_t n = 1;
  bool empty = false, too_large = false;
  for (int64_t d : dims_) {
    if (d == 0)
      empty = true;
    else
      too_large = too_large || __builtin_mul_overflow(n, d, &n) || n > kMaxCount;
  }
  check(!too_large, "[shape] {} has too many elements", *this);
  return empty ? 0 : n;
}

int64_t Shape::rows() const {
  int64_t n = 1;
  for (int64_t axis = 0; axis + 1 < rank(); ++axis) n *= dims_[axis];
  return n;
}

std::string Shape::text() const {
  return fmt::format("[{}]", fmt::join(dims_, ","));
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  return out << shape.text();
}

Dims row_major_strides(const Shape& shape) {
  Dims strides(shape.rank());
  int64_t step = 1;
  for (int64_t axis = shape.rank() - 1; axis >= 0; --axis) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

Shape squeezed(const Shape& shape, int64_t axis) {
  std::vector<int64_t> dims = shape.dims();
  check(shape[axis] == 1, "[squeeze] axis {} of {} is not of extent 1", axis, shape);
  dims.erase(dims.begin() + shape.normalize_axis(axis));
  return Shape(dims);
}

Shape unsqueezed(const Shape& shape, int64_t axis) {
  const int64_t along = axis < 0 ? axis + shape.rank() + 1 : axis;
  check(along >= 0 && along <= shape.rank(), "[unsqueeze] {} has no place for an axis {}", shape, axis);
  std::vector<int64_t> dims = shape.dims();
  dims.insert(dims.begin() + along, 1);
  return Shape(dims);
}

Shape broadcast(const Shape& a, const Shape& b, const char* op) {
  Shape shape = a.rank() > b.rank() ? a : b;
  for (int64_t i = 1; i <= shape.rank(); ++i) {
    const int64_t da = i <= a.rank() ? a[-i] : 1;
    const int64_t db = i <= b.rank() ? b[-i] : 1;
    check(da == db || da == 1 || db == 1, "[{}] {} and {} do not broadcast: axis -{} has {} against {}", op, a, b, i,
          da, db);
    shape[-i] = da == 1 ? db : da;
  }
  return shape;
}

}  // namespace tinymor
