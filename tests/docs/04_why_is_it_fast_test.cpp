// The numbers of docs/04-why-is-it-fast.md that are worked out on paper, computed again. If you change one, change
// the other. The measured ones are printed by `tinymor bench gemm --ladder`.

#include <cmath>
#include <set>
#include <vector>

#include "support/catch.h"
#include "tensor/kernels/kernels.h"
#include "tensor/ops.h"
#include "tensor/random.h"
#include "tensor/threads.h"

using namespace tinymor;

namespace {

/// Rounds to three decimal digits, as a machine for paper would.
double three_digits(double x) {
  if (x == 0) return 0;
  const double unit = std::pow(10, std::floor(std::log10(std::abs(x))) - 2);
  return std::round(x / unit) * unit;
}

}  // namespace

TEST_CASE("chapter 4: its product has 268435456 operations and 85 of them per byte") {
  const int64_t n = 512;
  CHECK(2 * n * n * n == 268435456);
  CHECK(3 * n * n * 4 == 3145728);
  CHECK(double(2 * n * n * n) / double(3 * n * n * 4) == Approx(n / 6.0));
  CHECK(n / 6.0 == Approx(85.3).margin(0.05));
}

TEST_CASE("chapter 4: a 4 x 4 product fetches 64 lines of B in the naive order and 16 in the next") {
  // Rows of four numbers, one line each; a fetch whenever the line is not the one before.
  const auto fetches = [](bool reordered) {
    int64_t count = 0, held = -1;
    for (int64_t i = 0; i < 4; ++i)
      for (int64_t outer = 0; outer < 4; ++outer)
        for (int64_t inner = 0; inner < 4; ++inner) {
          const int64_t line = reordered ? outer : inner;  // p: the row of B
          count += line != held;
          held = line;
        }
    return count;
  };
  CHECK(fetches(false) == 64);
  CHECK(fetches(true) == 16);
}

TEST_CASE("chapter 4: a column of B at n = 512 maps to two sets of the cache") {
  // 64 sets of lines of 64 bytes; rows of B are 2048 bytes apart.
  std::set<int64_t> sets;
  for (int64_t p = 0; p < 512; ++p) sets.insert(p * 2048 / 64 % 64);
  CHECK(sets.size() == 2);
}

TEST_CASE("chapter 4: blocks and tiles touch memory as often per multiply-add as it says") {
  const auto blocked = [](double depth) { return (depth + 2) / depth; };
  CHECK(blocked(1) == 3);
  CHECK(blocked(8) == 1.25);
  const auto tiled = [](double rows, double columns) { return rows * columns / (rows + columns); };
  CHECK(tiled(1, 1) == 0.5);
  CHECK(tiled(8, 16) == Approx(5.3).margin(0.05));
  CHECK(tiled(12, 32) == Approx(8.7).margin(0.05));
}

TEST_CASE("chapter 4: a fused multiply-add rounds once") {
  const double a = 1.01, b = 1.01, c = -1.02;
  CHECK(three_digits(three_digits(a * b) + c) == 0);
  CHECK(three_digits(std::fma(a, b, c)) == Approx(0.0001));
}

TEST_CASE("chapter 4: the order of a sum shows in its bits") {
  volatile float large = 16777216, one = 1;
  const float from_large = (large + one) + one, from_small = (one + one) + large;
  CHECK(from_large == 16777216);
  CHECK(from_small == 16777218);
}

TEST_CASE("chapter 4: the lanes 0 to 15 halve to its eight numbers and then to 120") {
  float lanes[16];
  for (int i = 0; i < 16; ++i) lanes[i] = float(i);
  for (int half = 8; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) lanes[i] += lanes[i + half];
    if (half == 8) CHECK(std::vector<float>(lanes, lanes + 8) == std::vector<float>{8, 10, 12, 14, 16, 18, 20, 22});
  }
  CHECK(lanes[0] == 120);
}

TEST_CASE("chapter 4: any number of threads gives the same bits") {
  const auto numbers = [](int64_t rows, int64_t columns, uint64_t seed) {
    Tensor x({rows, columns});
    Random random(seed);
    Real* to = x.mutable_data();
    for (int64_t i = 0; i < x.count(); ++i) to[i] = Real(random.uniform());
    return x;
  };
  const Tensor a = numbers(200, 300, 1), b = numbers(300, 400, 2);
  const int before = thread_count();
  set_thread_count(1);
  const std::vector<Real> alone = matmul(a, b).to_vector();
  for (int threads : {2, 3, 7}) {
    set_thread_count(threads);
    CHECK(matmul(a, b).to_vector() == alone);
  }
  set_thread_count(before);
}

TEST_CASE("chapter 4: the scores that attention does not write have the sizes it says") {
  const int64_t length = 256, heads = 6, sequences = 8;
  CHECK(length * length * 4 == 256 * 1024);
  CHECK(length * length * 4 * heads * sequences == 12 * 1024 * 1024);
  CHECK(kernels::kAttentionRows * length * 4 == 24 * 1024);
  CHECK(length * 4 * heads * sequences == 48 * 1024);
}

TEST_CASE("chapter 4: operations that are not matrix products have the bytes and intensities it says") {
  CHECK(2.0 * 512 * 512 / (512 * 512 * 4) == 0.5);  // a matrix times one vector: each weight read for two operations
  CHECK(1.0 / (3 * 4) == Approx(0.083).margin(0.001));  // c = a + b
  CHECK(7 * 4 == 28);                                   // AdamW, bytes per parameter
  CHECK(2048 * 512 * 4 == 4 * 1024 * 1024);             // logits [2048,512]
}
