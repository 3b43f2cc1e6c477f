// From the last axis to the first, `step` is the number of elements that the axes after this one hold.
#include "exercises.h"

namespace tinymor {

std::vector<int64_t> strides_of(const Shape& shape) {
  std::vector<int64_t> strides(shape.rank());
  int64_t step = 1;
  for (int64_t axis = shape.rank() - 1; axis >= 0; --axis) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

}  // namespace tinymor
