// Looks whether the last axis fits, and no other.
// It is told: [4,3] + [2,3] should throw, you gave [4,3]
#define broadcast_shape tensors_2_last_axis
#include <algorithm>

#include "../checks/tensors_2_broadcast.cpp"

namespace tinymor {

Shape broadcast_shape(const Shape& a, const Shape& b) {
  std::vector<int64_t> dims(std::max(a.rank(), b.rank()));
  for (int64_t i = 1; i <= int64_t(dims.size()); ++i) {
    const int64_t from_a = i <= a.rank() ? a[-i] : 1, from_b = i <= b.rank() ? b[-i] : 1;
    if (i == 1 && from_a != from_b && from_a != 1 && from_b != 1) throw Error("they do not fit");
    dims[dims.size() - i] = from_a == 1 ? from_b : from_a;
  }
  return Shape(dims);
}

}  // namespace tinymor
