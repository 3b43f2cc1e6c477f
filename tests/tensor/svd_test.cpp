#include "tensor/svd.h"

#include <cmath>
#include <vector>

#include "support/catch.h"
#include "tensor/error.h"
#include "tensor/ops.h"
#include "tensor/random.h"

using namespace tinymor;

namespace {

/// [n,k] columns at right angles, of length 1.
Tensor orthonormal(int64_t n, int64_t k, uint64_t seed) {
  Random random(seed, 1);
  return truncated_svd(random_normal({k, n}, random), k).right.transpose(0, 1).contiguous_copy();
}

/// A matrix of these singular values.
Tensor matrix_of(int64_t m, int64_t n, const std::vector<Real>& values, uint64_t seed) {
  const int64_t k = int64_t(values.size());
  return matmul(orthonormal(m, k, seed) * Tensor({1, k}, values), orthonormal(n, k, seed + 1).transpose(0, 1));
}

double length(const Tensor& x) {
  return std::sqrt(double(sum(x * x).item()));
}

/// The largest distance of x x^T from the unit matrix.
double skewness(const Tensor& x) {
  const Tensor products = matmul(x, x.transpose(0, 1));
  double worst = 0;
  for (int64_t i = 0; i < products.dim(0); ++i)
    for (int64_t j = 0; j < products.dim(1); ++j)
      worst = std::max(worst, std::abs(double(products.at({i, j})) - (i == j)));
  return worst;
}

const std::vector<Real> kFalling{9, 7, 5, 3, 2, 1, Real(0.5), Real(0.25), Real(0.1), Real(0.05)};

}  // namespace

TEST_CASE("what a truncated decomposition leaves out is what the smaller singular values make, and no less can be") {
  struct Row {
    int64_t m, n;
  };
  for (const auto& [m, n] : {Row{30, 20}, Row{20, 30}, Row{10, 10}, Row{10, 40}, Row{200, 64}})
    for (int64_t k : {1, 2, 5, 9, 10}) {
      CAPTURE(m, n, k);
      const Tensor a = matrix_of(m, n, kFalling, 3);
      const auto [left, right] = truncated_svd(a, k);
      double beyond = 0;
      for (size_t i = size_t(k); i < kFalling.size(); ++i) beyond += double(kFalling[i] * kFalling[i]);
      CHECK(length(a - matmul(left, right)) == Approx(std::sqrt(beyond)).epsilon(1e-3).margin(1e-4));
      CHECK(skewness(right) < 1e-5);
      for (int64_t i = 0; i < k; ++i)
        CHECK(length(left.select(1, i)) == Approx(double(kFalling[size_t(i)])).epsilon(1e-3));
    }
}

TEST_CASE("with almost equal singular values the product is as near as the best one, to a percent") {
  Random random(2, 5);
  const Tensor a = random_normal({96, 64}, random);
  const auto whole = truncated_svd(a, 64);
  CHECK(length(a - matmul(whole.left, whole.right)) < 1e-4 * length(a));
  for (int64_t k : {4, 16, 40}) {
    const auto [left, right] = truncated_svd(a, k);
    const double best = length(whole.left.slice(1, k, 64));
    CHECK(length(a - matmul(left, right)) < 1.01 * best);
  }
}

TEST_CASE("a matrix of zeros gives a left side of zeros and a right side that something can be learned with") {
  const auto [left, right] = truncated_svd(Tensor::zeros({12, 9}), 4);
  CHECK(length(left) == 0);
  CHECK(skewness(right) < 1e-5);
}

TEST_CASE("numbers may be as large and as small as there are") {
  for (const Real unit : {Real(1e30), Real(1e-30)}) {
    const auto [left, right] = truncated_svd(matrix_of(12, 9, {3, 2, 1}, 3) * unit, 3);
    CHECK(double(max(left).item() / unit) > 0.3);
    CHECK(skewness(right) < 1e-5);
  }
}

TEST_CASE("the decomposition is the same each time, and refuses ranks that a matrix cannot have") {
  Random random(2, 5);
  const Tensor a = random_normal({9, 7}, random);
  CHECK(truncated_svd(a, 3).left.to_vector() == truncated_svd(a, 3).left.to_vector());
  for (int64_t k : {0, 8}) CHECK_THROWS_AS(truncated_svd(a, k), Error);
  CHECK_THROWS_AS(truncated_svd(a * std::nan(""), 1), Error);
}
