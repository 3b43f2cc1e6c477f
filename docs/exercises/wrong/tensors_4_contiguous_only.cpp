// Gives row-major strides whenever the old ones were row-major, and sees no other view.
// It is told: [6] with strides [2] as [2,3]: should be a view with strides [6,2], you gave none
#define view_strides tensors_4_contiguous_only
#include "../checks/tensors_4_view.cpp"

namespace tinymor {

std::optional<std::vector<int64_t>> view_strides(const std::vector<int64_t>& shape, const std::vector<int64_t>& strides,
                                                 const std::vector<int64_t>& wanted) {
  int64_t next = 1;
  for (size_t i = shape.size(); i-- > 0; next *= shape[i])
    if (strides[i] != next && shape[i] != 1) return std::nullopt;
  std::vector<int64_t> result(wanted.size());
  next = 1;
  for (size_t i = wanted.size(); i-- > 0; next *= wanted[i]) result[i] = next;
  return result;
}

}  // namespace tinymor
