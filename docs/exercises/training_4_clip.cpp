// Exercise 4 of chapter 16, a harder one: clipping, and steps that are left out.
//
// The norm is the length of all gradients together, as one vector. When it is above the limit, all are multiplied by
// limit / norm, so that the direction stays. Norms can be large: a gradient of 1e200 has a square that is infinite in
// double, although its norm is not. Divide by the largest size first. When a gradient is no number or infinite, the
// step is to be left out: return what the norm is, and change nothing.
#include "exercises.h"

namespace tinymor {

double clip_gradients_to(double limit, std::vector<std::vector<double>>& gradients) {
  return {};
}

}  // namespace tinymor
