// Exercise 2 of chapter 6: the gradient of a shared weight, use by use.
//
// h0 is given, and h[r+1] = h[r] + w h[r]^2 for r = 0 .. uses-1. The loss is the last h. Go forwards and keep every h;
// then go backwards with g, the gradient of the h at hand, which is 1 for the last one:
//     the w of this use gets g h[r]^2, and h[r] gets g (1 + 2 w h[r])
#include "exercises.h"

namespace tinymor {

std::vector<double> gradient_of_uses(double h0, double w, int64_t uses) {
  return {};
}

}  // namespace tinymor
