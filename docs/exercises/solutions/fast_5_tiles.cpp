// The sums of a tile stay where they are until they are done; what is left of a tile at the edge is its height and
// width.
#include <algorithm>

#include "exercises.h"

namespace tinymor {

void multiply_in_tiles(int64_t m, int64_t n, int64_t k, const float* a, const float* b, CountedMatrix& c) {
  constexpr int64_t rows = 4, columns = 8;
  for (int64_t i0 = 0; i0 < m; i0 += rows)
    for (int64_t j0 = 0; j0 < n; j0 += columns) {
      const int64_t height = std::min(rows, m - i0), width = std::min(columns, n - j0);
      float sums[rows][columns] = {};
      for (int64_t p = 0; p < k; ++p)
        for (int64_t i = 0; i < height; ++i)
          for (int64_t j = 0; j < width; ++j) sums[i][j] += a[(i0 + i) * k + p] * b[p * n + j0 + j];
      for (int64_t i = 0; i < height; ++i)
        for (int64_t j = 0; j < width; ++j) c.set(i0 + i, j0 + j, sums[i][j]);
    }
}

}  // namespace tinymor
