#include "tensor/tensor.h"

#include <cmath>
#include <functional>
#include <limits>

#include "support/catch.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/ops.h"
#include "tensor/random.h"

using namespace tinymor;
using Numbers = std::vector<Real>;

namespace {

Tensor counting(Shape shape) {
  Tensor x(std::move(shape));
  for (int64_t i = 0; i < x.count(); ++i) x.mutable_data()[i] = Real(i);
  return x;
}

}  // namespace

TEST_CASE("views share numbers and cost no memory") {
  Tensor x = counting({3, 4});
  const int64_t before = memory_stats().live_bytes;
  Tensor row = x.slice(0, 1, 2), column = x.slice(1, 2, 3), turned = x.transpose(0, 1), flat = x.reshape({12});
  CHECK(memory_stats().live_bytes == before);
  x.mutable_data()[6] = 100;
  CHECK(row.at({0, 2}) == 100);
  CHECK(column.at({1, 0}) == 100);
  CHECK(turned.at({2, 1}) == 100);
  CHECK(flat.at({6}) == 100);
  column.fill(-1);
  CHECK(x.to_vector() == Numbers{0, 1, -1, 3, 4, 5, -1, 7, 8, 9, -1, 11});
}

TEST_CASE("reshape copies only when the strides demand it") {
  const Tensor turned = counting({2, 3}).transpose(0, 1);
  CHECK(turned.reshape({6}).to_vector() == Numbers{0, 3, 1, 4, 2, 5});
  CHECK(counting({2, 3}).reshape({-1, 2}).shape() == Shape{3, 2});
  CHECK(counting({}).reshape({1, 1}).shape() == Shape{1, 1});
  CHECK_THROWS_WITH(counting({2, 3}).reshape({4, 2}),
                    ContainsSubstring("[reshape] [2,3] with 6 elements does not fit [4,2]"));
  CHECK_THROWS_AS(counting({2, 3}).reshape({-1, 4}), Error);
}

TEST_CASE("indices, axes and ranges that do not exist are refused") {
  const Tensor x = counting({2, 3});
  CHECK(x.dim(-1) == 3);
  CHECK_THROWS_WITH(x.dim(2), ContainsSubstring("axis 2 does not exist in [2,3]"));
  CHECK_THROWS_AS(x.dim(-3), Error);
  CHECK_THROWS_WITH(x.reshape(Shape(std::vector<int64_t>(9, 1))), ContainsSubstring("9 axes are more than 8"));
  CHECK(x.at({-1, -3}) == 3);
  CHECK_THROWS_AS(x.at({0, 3}), Error);
  CHECK_THROWS_AS(x.at({0, -4}), Error);
  CHECK_THROWS_AS(x.at({0}), Error);
  CHECK_THROWS_AS(x.slice(0, 1, 3), Error);
  CHECK_THROWS_AS(x.slice(0, 2, 1), Error);
  CHECK_THROWS_AS(x.slice(0, -1, 1), Error);
  CHECK_THROWS_AS(x.item(), Error);
  CHECK_THROWS_AS(x.transpose(0, 1).values(), Error);
  CHECK_THROWS_AS(Tensor({2}, {1, 2, 3}), Error);
  CHECK_THROWS_AS(Tensor(Shape{-1}), Error);
}

TEST_CASE("broadcasting follows NumPy's rule for a generated table of shapes") {
  std::vector<Shape> shapes{{}, {1}, {3}, {2, 1}, {2, 3}, {1, 3}, {0, 3}, {4, 2, 3}, {4, 1, 1}, {5}};
  for (const Shape& a : shapes)
    for (const Shape& b : shapes) {
      INFO(a.text() << " and " << b.text());
      bool legal = true;
      for (int64_t i = 1; i <= std::min(a.rank(), b.rank()); ++i)
        legal = legal && (a[-i] == b[-i] || a[-i] == 1 || b[-i] == 1);
      if (!legal) {
        CHECK_THROWS_AS(counting(a) + counting(b), Error);
        continue;
      }
      const Tensor x = counting(a), y = counting(b), sum = x + y;
      const Numbers wide_x = x.expand(sum.shape()).to_vector(), wide_y = y.expand(sum.shape()).to_vector();
      for (int64_t i = 0; i < sum.count(); ++i) CHECK(sum.values()[i] == wide_x[i] + wide_y[i]);
      // The sum over the broadcast axes: every element of x counts as often as it was repeated.
      const Tensor back = sum_to(x.expand(sum.shape()), a);
      for (int64_t i = 0; i < x.count(); ++i)
        CHECK(back.values()[i] == x.values()[i] * Real(sum.count()) / Real(x.count()));
    }
}

TEST_CASE("a product with transposed views equals the product of copies") {
  const Tensor a = counting({5, 7}), b = counting({5, 3});
  CHECK(matmul(a.transpose(0, 1), b).to_vector() == matmul(a.transpose(0, 1).clone(), b).to_vector());
  CHECK(matmul(b.transpose(0, 1), a).at({1, 2}) == 1 * 2 + 4 * 9 + 7 * 16 + 10 * 23 + 13 * 30);
  CHECK_THROWS_WITH(matmul(a, b), ContainsSubstring("[matmul] [5,7] x [5,3]: inner sizes 7 and 5 differ"));
}

TEST_CASE("one row times a matrix equals that row of the whole product") {
  const Tensor x = counting({9, 40}) * Real(0.01), w = counting({33, 40}) * Real(0.003);
  const Tensor all = matmul(x, w.transpose(0, 1));
  for (int64_t i = 0; i < 9; ++i) {
    const Tensor one = matmul(x.slice(0, i, i + 1), w.transpose(0, 1));
    for (int64_t j = 0; j < 33; ++j) CHECK(one.at({0, j}) == Approx(all.at({i, j})).epsilon(1e-5));
  }
}

TEST_CASE("in-place changes are counted, whichever view makes them") {
  Tensor x = counting({2, 2}), view = x.slice(0, 0, 1);
  const uint64_t before = x.version();
  view.fill(3);
  CHECK(x.version() > before);
}

TEST_CASE("rows are gathered, added and replaced by index") {
  const Tensor x = counting({3, 2});
  CHECK(gather_rows(x, IntTensor({3}, {2, 0, 2})).to_vector() == Numbers{4, 5, 0, 1, 4, 5});
  CHECK(gather_rows(x, IntTensor(Shape{0})).shape() == Shape{0, 2});
  Tensor y = Tensor::zeros({3, 2});
  scatter_add_rows(y, IntTensor({3}, {2, 0, 2}), Tensor::full({3, 2}, 1));
  CHECK(y.to_vector() == Numbers{1, 1, 0, 0, 2, 2});
  replace_rows(y, IntTensor({1}, {1}), Tensor::full({1, 2}, 7));
  CHECK(y.to_vector() == Numbers{1, 1, 7, 7, 2, 2});
  CHECK_THROWS_WITH(replace_rows(y, IntTensor({2}, {1, 1}), Tensor::zeros({2, 2})),
                    ContainsSubstring("row 1 is replaced twice"));
  CHECK_THROWS_WITH(gather_rows(x, IntTensor({1}, {3})), ContainsSubstring("index 3 is outside the 3 rows"));
}

TEST_CASE("random numbers are Philox's, uniform and normal as they should be") {
  Random first(0);  // the generator's published test vector: key 0, counter 0
  CHECK(first.next() == 0x6627e8d5u);
  CHECK(first.next() == 0xe169c58du);
  CHECK(first.next() == 0xbc57ac4cu);
  CHECK(first.next() == 0x9b00dbd8u);
  Random random(1), same(1), other_stream(1, 1);
  CHECK(random.next() == same.next());
  CHECK(random.next() != other_stream.next());
  for (uint64_t count : {0, 1, 2, 3, 4, 5, 8, 11}) {
    Random drawn(7), skipped(7);
    drawn.next(), skipped.next();
    for (uint64_t i = 0; i < count; ++i) drawn.next();
    skipped.skip(count);
    CHECK(skipped.next() == drawn.next());
  }
  double sum = 0, square = 0;
  for (int i = 0; i < 20000; ++i) {
    const double x = random.normal();
    sum += x;
    square += x * x;
  }
  CHECK(std::abs(sum / 20000) < 0.03);
  CHECK(std::abs(square / 20000 - 1) < 0.04);
  std::vector<int> seen(7, 0);
  for (int i = 0; i < 7000; ++i) ++seen[random.below(7)];
  for (int count : seen) CHECK(std::abs(count - 1000) < 150);
  CHECK_THROWS_AS(random.below(0), Error);
}

TEST_CASE("numbers and functions of tensors are written as in NumPy") {
  const Tensor x({4}, {-2, Real(-0.5), 0, 3});
  const Real inf = std::numeric_limits<Real>::infinity();
  const std::vector<std::pair<Tensor, Numbers>> table{
      {-x, {2, 0.5, 0, -3}},           {2 * x + 1, {-3, 0, 1, 7}},
      {1 - x / 2, {2, 1.25, 1, -0.5}}, {1 / x, {-0.5, -2, inf, Real(1) / 3}},
      {x > 0, {0, 0, 0, 1}},           {abs(x), {2, 0.5, 0, 3}},
      {relu(x), {0, 0, 0, 3}},         {clamp(x, -1, 2), {-1, -0.5, 0, 2}},
      {pow(x, 2), {4, 0.25, 0, 9}},    {pow(x, -3), {-0.125, -8, inf, Real(1) / 27}},
      {pow(x, 0), {1, 1, 1, 1}},       {pow(abs(x), 0.5) - sqrt(abs(x)), {0, 0, 0, 0}},
      {log(exp(x)), {-2, -0.5, 0, 3}}, {tanh(x) - (2 * sigmoid(2 * x) - 1), {0, 0, 0, 0}}};
  for (size_t row = 0; row < table.size(); ++row) {
    INFO("row " << row);
    for (int64_t i = 0; i < 4; ++i)
      CHECK((table[row].first.at({i}) == table[row].second[size_t(i)] ||
             std::abs(table[row].first.at({i}) - table[row].second[size_t(i)]) < 1e-6));
  }
  CHECK(std::isnan(pow(x, 0.5).at({0})));
  for (const double wrong : {double(inf), -double(inf), std::nan("")})
    CHECK_THROWS_WITH(pow(x, wrong), ContainsSubstring("[pow] the exponent is"));
}

TEST_CASE("clamp refuses limits between which no number is") {
  const Tensor x({4}, {-2, Real(-0.5), 0, std::numeric_limits<Real>::quiet_NaN()});
  CHECK(clamp(x, -1, -1).slice(0, 0, 3).to_vector() == Numbers{-1, -1, -1});
  CHECK(std::isnan(clamp(x, -1, 2).at({3})));
  CHECK_THROWS_WITH(clamp(x, 2, -1),
                    ContainsSubstring("[clamp] no number is from 2 to -1 (give the smaller one first)"));
  CHECK_THROWS_WITH(clamp(x, std::numeric_limits<Real>::quiet_NaN(), 1), ContainsSubstring("[clamp]"));
}

TEST_CASE("ids are compared with each other and with numbers") {
  const IntTensor ids({2, 3}, {1, 3, 2, 3, 0, 16777217});
  const std::vector<std::pair<Tensor, Numbers>> table{
      {ids == 3, {0, 1, 0, 1, 0, 0}},
      {ids != 3, {1, 0, 1, 0, 1, 1}},
      {ids < 2, {1, 0, 0, 0, 1, 0}},
      {ids <= 2, {1, 0, 1, 0, 1, 0}},
      {ids > 2, {0, 1, 0, 1, 0, 1}},
      {2 >= ids, {1, 0, 1, 0, 1, 0}},
      {ids == 16777216, {0, 0, 0, 0, 0, 0}},  // which as a float is the same number as the last id
      {ids == IntTensor({3}, {1, 0, 2}), {1, 0, 1, 0, 1, 0}}};
  for (size_t row = 0; row < table.size(); ++row) {
    INFO("row " << row);
    CHECK(table[row].first.to_vector() == table[row].second);
  }
  CHECK((ids.transpose(0, 1) == IntTensor({2}, {1, 3})).to_vector() == Numbers{1, 1, 0, 0, 0, 0});
  CHECK_THROWS_WITH(ids == IntTensor({2}, {1, 3}), ContainsSubstring("[equal] [2,3] and [2] do not broadcast"));
}

TEST_CASE("an undefined tensor is refused by every operation that needs its numbers") {
  const Tensor none, x = counting({2, 3});
  Tensor target;
  for (const auto& use :
       std::vector<std::function<void()>>{[&] { none + x; }, [&] { exp(none); }, [&] { mean(none); },
                                          [&] { where(none, x, x); }, [&] { pow(none, 2); }, [&] { max(none); },
                                          [&] {
                                            concat({none.reshape({1}), x.reshape({6})}, 0);
                                          },
                                          [&] { target.fill(1); },
                                          [&] {
                                            none.expand({300, 300}) * 2;
                                          },
                                          [&] {
                                            none.reshape({1, 1}).select(0, 0).at({0});
                                          }})
    CHECK_THROWS_WITH(use(), ContainsSubstring("an undefined tensor has no numbers"));
}

TEST_CASE("shapes that no memory could hold are refused") {
  const int64_t large = int64_t(1) << 32;
  for (const Shape& shape : {Shape{large, large}, Shape{large / 2, large / 2}, Shape{0, large, large}}) {
    CHECK_THROWS_WITH(Tensor(shape), ContainsSubstring("has too many elements"));
    CHECK_THROWS_AS(Tensor(Shape{0}).reshape(shape), Error);
  }
  CHECK_THROWS_WITH(Tensor(Shape{large / 8, large / 8}), ContainsSubstring("there is no room"));
  CHECK(Tensor(Shape{0, large}).count() == 0);
}

TEST_CASE("squeeze removes an axis of extent 1 and unsqueeze adds one") {
  const Tensor x = counting({2, 1, 3});
  CHECK(x.squeeze(1).shape() == Shape({2, 3}));
  CHECK(x.squeeze(-2).data() == x.data());
  CHECK(x.unsqueeze(0).shape() == Shape({1, 2, 1, 3}));
  CHECK(x.unsqueeze(-1).shape() == Shape({2, 1, 3, 1}));
  CHECK_THROWS_WITH(x.squeeze(2), ContainsSubstring("axis 2 of [2,1,3] is not of extent 1"));
  CHECK_THROWS_WITH(x.unsqueeze(5), ContainsSubstring("no place for an axis 5"));
}
