#include "checks.h"
#include "checks/seconds.h"
#include "exercises.h"

namespace tinymor {
namespace {

void plain_transpose(int64_t rows, int64_t columns, const float* x, float* y) {
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j) y[j * rows + i] = x[i * columns + j];
}

std::vector<float> numbers(int64_t count) {
  std::vector<float> x(count);
  for (int64_t i = 0; i < count; ++i) x[i] = float(i + 1);
  return x;
}

Finding check_transpose() {
  struct Sizes {
    int64_t rows, columns;
  };
  for (const auto [rows, columns] : {Sizes{2, 3}, {1, 5}, {32, 64}, {33, 70}, {100, 7}}) {
    const std::vector<float> x = numbers(rows * columns);
    std::vector<float> right(rows * columns), given(rows * columns + 1, -1);
    plain_transpose(rows, columns, x.data(), right.data());
    trying(fmt::format("the transpose of [{},{}]", rows, columns));
    transpose_blocked(rows, columns, x.data(), given.data());
    for (int64_t i = 0; i < rows * columns; ++i)
      if (given[i] != right[i])
        return not_yet(
            fmt::format("the transpose of [{},{}] with the numbers 1, 2, 3, ...: element ({},{}) should be {}, "
                        "you gave {}",
                        rows, columns, i / rows, i % rows, right[i], given[i]),
            given[i] == -1 && rows > 2 ? "never written: the last block may be narrower or lower than the others" : "");
    if (given[rows * columns] != -1)
      return not_yet(fmt::format("you wrote past the end of y, which has {} elements", rows * columns),
                     "a block ends where the matrix does: std::min");
  }
  const int64_t size = 2048;
  const std::vector<float> x = numbers(size * size);
  std::vector<float> y(size * size);
  const double plain = seconds_of([&] { plain_transpose(size, size, x.data(), y.data()); });
  trying(fmt::format("the transpose of [{},{}], five times", size, size));
  const double yours = seconds_of([&] { transpose_blocked(size, size, x.data(), y.data()); });
  return done(fmt::format("and {:.1f} times as fast as two plain loops", plain / yours));
}

const AddExercise add(
    {4, "fast_2_transpose", "Transposing in blocks",
     "two outer loops over corners of blocks, two inner loops within one: y[j*rows + i] = x[i*columns "
     "+ j]",
     check_transpose});

}  // namespace
}  // namespace tinymor
