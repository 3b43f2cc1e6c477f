#pragma once
// The type of all numbers: float, or double in the twin libraries whose only use is to check gradients to many digits.

namespace tinymor {

#ifdef TINYMOR_DOUBLE
using Real = double;
#else
using Real = float;
#endif

}  // namespace tinymor
