// Leaves out what does not fill a tile.
// It is told: [1,2] x [2,1]: element (0,0) should be 65, you gave -1
#define multiply_in_tiles fast_5_no_rest
#include "../checks/fast_5_tiles.cpp"

namespace tinymor {

void multiply_in_tiles(int64_t m, int64_t n, int64_t k, const float* a, const float* b, CountedMatrix& c) {
  for (int64_t i0 = 0; i0 + 4 <= m; i0 += 4)
    for (int64_t j0 = 0; j0 + 8 <= n; j0 += 8) {
      float sums[4][8] = {};
      for (int64_t p = 0; p < k; ++p)
        for (int64_t i = 0; i < 4; ++i)
          for (int64_t j = 0; j < 8; ++j) sums[i][j] += a[(i0 + i) * k + p] * b[p * n + j0 + j];
      for (int64_t i = 0; i < 4; ++i)
        for (int64_t j = 0; j < 8; ++j) c.set(i0 + i, j0 + j, sums[i][j]);
    }
}

}  // namespace tinymor
