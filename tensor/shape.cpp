#include "tensor/shape.h"

#include <algorithm>

#include "tensor/error.h"

namespace tinymor {

size_t Shape::normalize_axis(int64_t axis) const {
  const int64_t from_front = axis < 0 ? axis + rank() : axis;
  check(from_front >= 0 && from_front < rank(), "[shape] axis {} does not exist in {}", axis, *this);
  return static_cast<size_t>(from_front);
}

int64_t Shape::count() const {
  int64_t n = 1;
  for (int64_t d : dims_) n *= d;
  return n;
}

int64_t Shape::rows() const {
  int64_t n = 1;
  for (int64_t axis = 0; axis + 1 < rank(); ++axis) n *= dims_[axis];
  return n;
}

std::string Shape::text() const {
  return fmt::format("[{}]", fmt::join(dims_, ","));
}

std::vector<int64_t> row_major_strides(const Shape& shape) {
  std::vector<int64_t> strides(shape.rank());
  int64_t step = 1;
  for (int64_t axis = shape.rank() - 1; axis >= 0; --axis) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

Shape broadcast(const Shape& a, const Shape& b, const char* op) {
  std::vector<int64_t> dims(std::max(a.rank(), b.rank()));
  for (int64_t i = 1; i <= static_cast<int64_t>(dims.size()); ++i) {
    const int64_t da = i <= a.rank() ? a[-i] : 1;
    const int64_t db = i <= b.rank() ? b[-i] : 1;
    check(da == db || da == 1 || db == 1, "[{}] {} and {} do not broadcast: axis -{} has {} against {}", op, a, b, i,
          da, db);
    dims[dims.size() - i] = da == 1 ? db : da;
  }
  return Shape(std::move(dims));
}

}  // namespace tinymor
