// Keeps a copy: the numbers stay right, at the price of the memory.
// It is told: a tensor [2] that is kept: should share its numbers with x, you keep a copy
#define keep autograd_5_copies
#define take autograd_5_copies_1
#include "../checks/autograd_5_saved.cpp"

namespace tinymor {

KeptTensor keep(const Tensor& x) {
  return {x.clone(), x.version()};
}

Tensor take(const KeptTensor& kept) {
  if (kept.value.version() != kept.version) throw Error("changed");
  return kept.value;
}

}  // namespace tinymor
