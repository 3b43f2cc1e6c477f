// Exercise 2 of chapter 4: transposing in blocks.
//
// y[j*rows + i] = x[i*columns + j]. Two plain loops read x along its rows and write y across them: each number written
// touches a cache line of its own, and that line is gone before its next number comes. Go through squares of 16 x 16
// instead: sixteen floats are one cache line, and all sixteen lines of a square stay until they are full. The check
// also says how fast it is; try other sizes.
#include "exercises.h"

namespace tinymor {

void transpose_blocked(int64_t rows, int64_t columns, const float* x, float* y) {}

}  // namespace tinymor
