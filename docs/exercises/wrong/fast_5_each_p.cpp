// Writes to C in every step of p.
// It is told: [4,1] x [1,8]: C has 32 elements, and you made 64 writes to it
#define multiply_in_tiles fast_5_each_p
#include "../checks/fast_5_tiles.cpp"

namespace tinymor {

void multiply_in_tiles(int64_t m, int64_t n, int64_t k, const float* a, const float* b, CountedMatrix& c) {
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j) {
      float sum = 0;
      c.set(i, j, 0);
      for (int64_t p = 0; p < k; ++p) c.set(i, j, sum += a[i * k + p] * b[p * n + j]);
    }
}

}  // namespace tinymor
