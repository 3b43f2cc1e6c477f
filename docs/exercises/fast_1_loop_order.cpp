// Exercise 1 of chapter 4: the second rung of the ladder.
//
// C [m,n] = A [m,k] B [k,n]: c[i*n + j] is the sum over p of a[i*k + p] * b[p*n + j]. Choose the order of the three
// loops so that the inner one reads B and writes C from left to right. The check also says how fast it is.
#include "exercises.h"

namespace tinymor {

void multiply(int64_t m, int64_t n, int64_t k, const float* a, const float* b, float* c) {}

}  // namespace tinymor
