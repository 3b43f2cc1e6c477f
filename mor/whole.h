#pragma once
// From a computed number to an index, a level of grey or a count. In C++ a bare cast of NaN, or of a number that does
// not fit, is undefined, and such numbers do come: from a run that diverged, or from a file.

#include <algorithm>

namespace tinymor {

/// `value` without its fraction, but at least `low` and at most `high`; `low` for NaN.
inline int whole(double value, int low, int high) {
  return value > low ? static_cast<int>(std::min(value, static_cast<double>(high))) : low;
}

/// A share of 0..1 as one of the levels 0..255, rounded to the nearest.
inline unsigned char level_of(double share) {
  return static_cast<unsigned char>(whole(share * 255 + 0.5, 0, 255));
}

}  // namespace tinymor
