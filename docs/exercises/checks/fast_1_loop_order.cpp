#include <cmath>

#include "checks.h"
#include "checks/seconds.h"
#include "exercises.h"

namespace tinymor {
namespace {

void naive(int64_t m, int64_t n, int64_t k, const float* a, const float* b, float* c) {
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j) {
      float sum = 0;
      for (int64_t p = 0; p < k; ++p) sum += a[i * k + p] * b[p * n + j];
      c[i * n + j] = sum;
    }
}

/// Small whole numbers, so that every order of adding gives the same sums.
std::vector<float> numbers(int64_t count) {
  std::vector<float> x(count);
  for (int64_t i = 0; i < count; ++i) x[i] = float(i * 7 % 11 - 5);
  return x;
}

/// C holds 99 everywhere before the call.
std::string hint_for(float given, float right) {
  if (given == 99) return "this element was never written: C must be set to 0 first";
  if (given - right == 99) return "99 too much: C held 99 before the call; set it to 0 first";
  return "";
}

Finding check_loop_order() {
  struct Sizes {
    int64_t m, n, k;
  };
  for (const auto [m, n, k] : {Sizes{1, 1, 1}, {2, 3, 2}, {5, 4, 7}, {3, 2, 0}}) {
    const std::vector<float> a = numbers(m * k), b = numbers(k * n);
    std::vector<float> right(m * n), given(m * n + 1, 99);
    naive(m, n, k, a.data(), b.data(), right.data());
    trying(fmt::format("[{},{}] x [{},{}]", m, k, k, n));
    multiply(m, n, k, a.data(), b.data(), given.data());
    for (int64_t i = 0; i < m * n; ++i)
      if (given[i] != right[i])
        return not_yet(fmt::format("[{},{}] x [{},{}]: element ({},{}) should be {}, you gave {}", m, k, k, n, i / n,
                                   i % n, right[i], given[i]),
                       hint_for(given[i], right[i]));
    if (given[m * n] != 99) return not_yet(fmt::format("you wrote past the end of C, which has {} elements", m * n));
  }
  const int64_t size = 384;
  const std::vector<float> a = numbers(size * size), b = numbers(size * size);
  std::vector<float> c(size * size);
  const double plain = seconds_of([&] { naive(size, size, size, a.data(), b.data(), c.data()); });
  trying(fmt::format("a product of two matrices [{},{}], five times", size, size));
  const double yours = seconds_of([&] { multiply(size, size, size, a.data(), b.data(), c.data()); });
  return done(fmt::format("and {:.1f} times as fast as the naive order", plain / yours));
}

const AddExercise add({4, "fast_1_loop_order", "A matrix product in a better order",
                       "for i, for p, for j: c[i*n + j] += a[i*k + p] * b[p*n + j]", check_loop_order});

}  // namespace
}  // namespace tinymor
