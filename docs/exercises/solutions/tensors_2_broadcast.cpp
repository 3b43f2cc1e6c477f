// Counting axes from the end aligns the two shapes there.
#include <algorithm>

#include "exercises.h"
#include "tensor/error.h"

namespace tinymor {

Shape broadcast_shape(const Shape& a, const Shape& b) {
  std::vector<int64_t> dims(std::max(a.rank(), b.rank()));
  for (int64_t i = 1; i <= int64_t(dims.size()); ++i) {
    const int64_t from_a = i <= a.rank() ? a[-i] : 1;
    const int64_t from_b = i <= b.rank() ? b[-i] : 1;
    if (from_a != from_b && from_a != 1 && from_b != 1)
      throw Error(fmt::format("{} and {} do not broadcast: {} against {}", a, b, from_a, from_b));
    // Not the larger of the two: against an extent of 0, an extent of 1 becomes 0.
    dims[dims.size() - i] = from_a == 1 ? from_b : from_a;
  }
  return Shape(dims);
}

}  // namespace tinymor
