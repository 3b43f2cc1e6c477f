// Exercise 5 of chapter 2, a harder one: windows that share their numbers.
//
// The windows of width 3 over 1 2 3 4 5 6, two apart, are 1 2 3 and 3 4 5. Nothing is copied: the 3 is in both because
// both rows pass over the same place. That is all in the strides. How many windows fit? How far is it from one window
// to the next in memory, and how far from one number to the next within a window? Convolutions are written this way.
#include "exercises.h"

namespace tinymor {

Layout windows_of(const Layout& x, int64_t width, int64_t step) {
  return {};
}

}  // namespace tinymor
