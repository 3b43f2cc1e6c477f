// Compares a number of it instead of the version.
// It is told: changed without changing its first number: should throw
#define keep autograd_5_first_number
#define take autograd_5_first_number_1
#include "../checks/autograd_5_saved.cpp"

namespace tinymor {

KeptTensor keep(const Tensor& x) {
  return {x, uint64_t(int64_t(x.at({0})))};
}

Tensor take(const KeptTensor& kept) {
  if (kept.version != uint64_t(int64_t(kept.value.at({0})))) throw Error("changed");
  return kept.value;
}

}  // namespace tinymor
