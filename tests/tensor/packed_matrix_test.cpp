// Products with packed weights. CTest runs this file once per SIMD level (tests/CMakeLists.txt).

#include "tensor/packed_matrix.h"

#include <cmath>
#include <limits>

#include "support/catch.h"
#include "tensor/error.h"
#include "tensor/ops.h"
#include "tensor/random.h"
#include "tensor/threads.h"

using namespace tinymor;

namespace {

constexpr WeightFormat kFormats[] = {WeightFormat::f32, WeightFormat::int8, WeightFormat::int4};

struct Sizes {
  int64_t rows, in, out;
};
/// Around the widths of registers, tiles, panels and pieces.
const std::vector<Sizes> kSizes = {{0, 5, 3},   {1, 1, 1},    {1, 4, 32},   {1, 7, 33},   {1, 288, 96}, {2, 16, 31},
                                   {3, 48, 65}, {8, 33, 100}, {13, 64, 64}, {50, 20, 40}, {97, 400, 70}};

Tensor random_matrix(int64_t rows, int64_t columns, uint64_t seed) {
  Random random(seed);
  return random_uniform({rows, columns}, random, -1, 1);
}

/// Numbers as whole ones up to `most`, and their scale, by the definition.
struct Rounded {
  std::vector<int64_t> numbers;
  Real scale;
};
Rounded rounded(std::span<const Real> row, Real most = 127) {
  Real largest = 0;
  for (Real x : row) largest = std::max(largest, std::abs(x));
  Rounded out{{}, largest / most};
  for (Real x : row) out.numbers.push_back(largest > 0 ? std::llrint(double(x * (most / largest))) : 0);
  return out;
}

}  // namespace

TEST_CASE("a product with packed weights is the product") {
  for (const auto& [rows, in, out] : kSizes) {
    INFO(rows << " x " << in << " x " << out);
    const Tensor x = random_matrix(rows, in, 1), w = random_matrix(out, in, 2);
    const Tensor y = PackedMatrix(w, WeightFormat::f32).product(x), z = matmul(x, w.transpose(0, 1));
    for (int64_t i = 0; i < rows * out; ++i) CHECK(std::abs(y.data()[i] - z.data()[i]) < 1e-5 * double(in));
  }
}

TEST_CASE("an int8 product is the exact sum of whole numbers times both scales") {
  for (const auto& [rows, in, out] : kSizes) {
    INFO(rows << " x " << in << " x " << out);
    const Tensor x = random_matrix(rows, in, 1), w = random_matrix(out, in, 2);
    const Tensor y = PackedMatrix(w, WeightFormat::int8).product(x);
    for (int64_t i = 0; i < rows; ++i) {
      const Rounded a = rounded(x.select(0, i).values());
      for (int64_t j = 0; j < out; ++j) {
        const Rounded b = rounded(w.select(0, j).values());
        int64_t sum = 0;
        for (int64_t p = 0; p < in; ++p) sum += a.numbers[p] * b.numbers[p];
        CHECK(y.at({i, j}) == Real(sum) * Real(a.scale) * Real(b.scale));
      }
    }
  }
}

TEST_CASE("an int4 product adds up exact sums of 32 whole numbers, each times its scale") {
  constexpr int64_t group = 32;
  for (const auto& [rows, in, out] : kSizes) {
    INFO(rows << " x " << in << " x " << out);
    const Tensor x = random_matrix(rows, in, 1), w = random_matrix(out, in, 2);
    const Tensor y = PackedMatrix(w, WeightFormat::int4).product(x);
    for (int64_t i = 0; i < rows; ++i) {
      const Rounded a = rounded(x.select(0, i).values());
      for (int64_t j = 0; j < out; ++j) {
        Real whole = 0;
        for (int64_t first = 0; first < in; first += group) {
          const Rounded b = rounded(w.select(0, j).values().subspan(first, std::min(group, in - first)), 7);
          int64_t sum = 0;
          for (size_t p = 0; p < b.numbers.size(); ++p) sum += a.numbers[first + p] * b.numbers[p];
          whole += Real(sum) * b.scale;
        }
        CHECK(y.at({i, j}) == whole * a.scale);
      }
    }
  }
}

TEST_CASE("the largest numbers of a long row do not overflow a product of rounded ones") {
  const int64_t in = 65000;
  const Tensor ones = Tensor::ones({2, in});
  for (WeightFormat format : {WeightFormat::int8, WeightFormat::int4})
    for (Real sign : {Real(1), Real(-1)}) {
      const Tensor y = PackedMatrix(Tensor::full({40, in}, sign), format).product(ones);
      for (Real value : y.values()) CHECK(std::abs(value - sign * Real(in)) < 1e-4 * in);
    }
}

TEST_CASE("a row of a packed product has the same bits alone, among others, and with any number of threads") {
  const int threads = thread_count();
  for (WeightFormat format : kFormats)
    for (const auto& [rows, in, out] : kSizes) {
      const Tensor x = random_matrix(rows, in, 3);
      const PackedMatrix w(random_matrix(out, in, 4), format);
      set_thread_count(2);
      const Tensor together = w.product(x);
      set_thread_count(1);
      for (int64_t i = 0; i < rows; ++i)
        CHECK(w.product(x.slice(0, i, i + 1)).to_vector() == together.slice(0, i, i + 1).to_vector());
    }
  set_thread_count(threads);
}

TEST_CASE("what is not finite stays visible in a product of rounded numbers, in its own row only") {
  for (WeightFormat format : {WeightFormat::int8, WeightFormat::int4})
    for (Real bad : {std::numeric_limits<Real>::infinity(), std::numeric_limits<Real>::quiet_NaN()}) {
      Tensor x = Tensor::ones({3, 20});
      x.mutable_data()[25] = bad;
      const Tensor y = PackedMatrix(random_matrix(33, 20, 5), format).product(x);
      for (int64_t j = 0; j < 33; ++j) {
        CHECK(std::isfinite(y.at({0, j})));
        CHECK(std::isnan(y.at({1, j})));
        CHECK(std::isfinite(y.at({2, j})));
      }
    }
}

TEST_CASE("a weight that is not finite makes its column of an int4 product NaN, and no other") {
  Tensor w = random_matrix(33, 40, 5);
  w.mutable_data()[7 * 40 + 35] = std::numeric_limits<Real>::infinity();
  const Tensor y = PackedMatrix(w, WeightFormat::int4).product(Tensor::ones({1, 40}));
  for (int64_t j = 0; j < 33; ++j) CHECK(std::isnan(y.at({0, j})) == (j == 7));
}

TEST_CASE("int8 weights take a little more than a quarter of the bytes, int4 weights than an eighth") {
  const Tensor w = random_matrix(64, 128, 6);
  CHECK(PackedMatrix(w, WeightFormat::f32).bytes() == 4 * 64 * 128);
  CHECK(PackedMatrix(w, WeightFormat::int8).bytes() == 64 * 128 + 8 * 64);
  CHECK(PackedMatrix(w, WeightFormat::int4).bytes() == 64 * 128 / 2 + 64 * 128 / 32 * 4);
}

TEST_CASE("weights that are no matrix, and rows of another width, are refused") {
  CHECK_THROWS_AS(PackedMatrix(Tensor::ones(Shape{3}), WeightFormat::f32), Error);
  CHECK_THROWS_AS(PackedMatrix(Tensor::ones({3, 4}), WeightFormat::int8).product(Tensor::ones({2, 5})), Error);
}
