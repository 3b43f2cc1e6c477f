// The ladder of matrix products (docs/04-why-is-it-fast.md): every rung computes the same product. CTest runs this file
// once per SIMD level, like kernels_test.cpp.

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/reference_kernels.h"
#include "tensor/random.h"

using namespace tinymor;

namespace {

std::vector<Real> random_numbers(int64_t count, uint64_t seed) {
  Random random(seed);
  std::vector<Real> numbers(count);
  for (Real& x : numbers) x = Real(2 * random.uniform() - 1);
  return numbers;
}

}  // namespace

TEST_CASE("every rung of the ladder equals the definition, whatever the sizes", "[kernels]") {
  for (const auto [m, n, k] : std::vector<std::array<int64_t, 3>>{{1, 1, 1},
                                                                  {3, 5, 0},
                                                                  {7, 15, 4},
                                                                  {8, 16, 32},
                                                                  {9, 17, 33},
                                                                  {13, 131, 67},
                                                                  {41, 257, 31},
                                                                  {5, 513, 19},
                                                                  {64, 64, 65}}) {
    const std::vector<Real> a = random_numbers(m * k, 1), b = random_numbers(k * n, 2);
    std::vector<double> expected(m * n);
    reference::gemm(m, n, k, {a.data(), k, 1}, {b.data(), n, 1}, expected.data(), false);
    std::vector<Real> naive;
    for (const kernels::Rung& rung : kernels::table().ladder) {
      INFO(rung.name << " [" << m << "," << k << "] x [" << k << "," << n << "]");
      constexpr Real sentinel = -12345;
      std::vector<Real> c(m * n + 1, sentinel);
      rung.product(m, n, k, a.data(), b.data(), c.data());
      double worst = 0;
      for (int64_t i = 0; i < m * n; ++i) worst = std::max(worst, std::abs(double(c[i]) - expected[i]));
      CHECK(worst < 2e-5);
      CHECK(c.back() == sentinel);
      if (naive.empty()) naive = c;
      // Two roundings per step in the same order: the first three agree to the last bit.
      if (std::string(rung.name) != "tiled") CHECK(c == naive);
    }
  }
}

TEST_CASE("a tile gives the bits of the library's kernel", "[kernels]") {
  const int64_t m = 16, n = 32, k = 500;  // whole tiles at every level; two blocks of k in gemm
  const std::vector<Real> a = random_numbers(m * k, 3), b = random_numbers(k * n, 4);
  std::vector<Real> panels(kernels::packed_count(k, n)), expected(m * n), c(m * n);
  kernels::table().pack(k, n, {b.data(), n, 1}, panels.data());
  kernels::table().gemm(m, n, k, {a.data(), k, 1}, kernels::packed(panels.data(), k), expected.data(), n, false);
  kernels::table().ladder[3].product(m, n, k, a.data(), b.data(), c.data());
  CHECK(c == expected);
}
