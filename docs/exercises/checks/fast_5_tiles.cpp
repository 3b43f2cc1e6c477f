#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

/// Small whole numbers, so that every order of adding gives the same sums.
std::vector<float> numbers(int64_t count) {
  std::vector<float> x(count);
  for (int64_t i = 0; i < count; ++i) x[i] = float(i * 7 % 11 + 1);
  return x;
}

float element(int64_t n, int64_t k, const float* a, const float* b, int64_t i, int64_t j) {
  float sum = 0;
  for (int64_t p = 0; p < k; ++p) sum += a[i * k + p] * b[p * n + j];
  return sum;
}

Finding check_tiles() {
  struct Sizes {
    int64_t m, n, k;
  };
  for (const auto [m, n, k] :
       {Sizes{4, 8, 1}, {8, 16, 3}, {1, 1, 2}, {5, 8, 2}, {4, 11, 3}, {7, 13, 5}, {3, 5, 0}, {0, 5, 2}}) {
    const std::vector<float> a = numbers(m * k), b = numbers(k * n);
    std::vector<float> given(m * n + 1, -1);
    CountedMatrix c{given.data(), n};
    const std::string what = fmt::format("[{},{}] x [{},{}]", m, k, k, n);
    trying(what);
    multiply_in_tiles(m, n, k, a.data(), b.data(), c);
    if (given[m * n] != -1)
      return not_yet(what + ": you wrote past the end of C", "the last tiles are lower and narrower");
    for (int64_t i = 0; i < m * n; ++i) {
      const float right = element(n, k, a.data(), b.data(), i / n, i % n);
      if (given[i] == right) continue;
      return not_yet(fmt::format("{}: element ({},{}) should be {}, you gave {}", what, i / n, i % n, right, given[i]),
                     given[i] == -1 ? "never written: a tile at the edge may be lower than 4 or narrower than 8" : "");
    }
    if (c.writes != m * n)
      return not_yet(fmt::format("{}: C has {} elements, and you made {} writes to it", what, m * n, c.writes),
                     "keep the sums of a tile in an array, and write each once, after the loop over p");
  }
  return done();
}

const AddExercise add(
    {4, "fast_5_tiles", "A product in tiles, with a rest at each edge",
     "tiles of 4 x 8 sums that stay in an array while p runs; std::min for the last row and column of tiles",
     check_tiles});

}  // namespace
}  // namespace tinymor
