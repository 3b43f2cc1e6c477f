// Exercise 2 of chapter 4: transposing in blocks.
//
// y[j*rows + i] = x[i*columns + j]. Two plain loops read x along its lines and write y across them: each number written
// touches a cache line of its own. Go through squares of, say, 32 x 32 instead: their lines stay in the cache until
// they are full. The check also says how fast it is.
#include "exercises.h"

namespace tinymor {

void transpose_blocked(int64_t rows, int64_t columns, const float* x, float* y) {}

}  // namespace tinymor
