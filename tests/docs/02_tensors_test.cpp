// The numbers of docs/02-tensors.md, computed again. If you change one, change the other.

#include "support/catch.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/ops.h"

using namespace tinymor;

namespace {

using Numbers = std::vector<Real>;
using Strides = Dims;

/// 1 2 3 / 4 5 6
Tensor example() {
  return Tensor({2, 3}, {1, 2, 3, 4, 5, 6});
}

}  // namespace

TEST_CASE("chapter 2: a shape and strides say where an element is") {
  const Tensor x = example();
  CHECK(x.strides() == Strides{3, 1});
  CHECK(x.at({1, 2}) == 6);
  CHECK(x.data()[1 * 3 + 2 * 1] == 6);
  CHECK(row_major_strides({2, 3, 4}) == Strides{12, 4, 1});
}

TEST_CASE("chapter 2: every view of its table has the shape, strides, offset and numbers of its row") {
  const Tensor x = example();
  struct Row {
    Tensor view;
    Shape shape;
    Strides strides;
    int64_t offset;
    Numbers numbers;
  };
  for (const Row& row : std::vector<Row>{{x.transpose(0, 1), {3, 2}, {1, 3}, 0, {1, 4, 2, 5, 3, 6}},
                                         {x.slice(1, 1, 3), {2, 2}, {3, 1}, 1, {2, 3, 5, 6}},
                                         {x.slice(1, 0, 3, 2), {2, 2}, {3, 2}, 0, {1, 3, 4, 6}},
                                         {x.select(0, 1), {3}, {1}, 3, {4, 5, 6}},
                                         {x.reshape({3, 2}), {3, 2}, {2, 1}, 0, {1, 2, 3, 4, 5, 6}}}) {
    CHECK(row.view.shape() == row.shape);
    CHECK(row.view.strides() == row.strides);
    CHECK(row.view.data() - x.data() == row.offset);
    CHECK(row.view.to_vector() == row.numbers);
  }
  const Tensor heads = Tensor::arange(12).reshape({2, 2, 3});
  CHECK(heads.strides() == Strides{6, 3, 1});
  CHECK(heads.permute({1, 0, 2}).strides() == Strides{3, 6, 1});
  const Tensor last = x.transpose(0, 1).slice(0, 1, 3);
  CHECK(last.strides() == Strides{1, 3});
  CHECK(last.data() - x.data() == 1);
  CHECK(last.at({1, 0}) == x.data()[2]);
  CHECK_THROWS_WITH(last.view({4}), ContainsSubstring("no strides"));
}

TEST_CASE("chapter 2: reshape gives a view where strides can express it, otherwise a copy") {
  const Tensor turned = example().transpose(0, 1);
  CHECK_THROWS_WITH(turned.view({6}), Catch::Matchers::Equals(
                                          "[view] no strides show [3,2] with strides [1,3] as [6] (use reshape, which "
                                          "copies)"));
  CHECK(turned.reshape({6}).data() != turned.data());
  CHECK(turned.reshape({6}).to_vector() == Numbers{1, 4, 2, 5, 3, 6});
  const Tensor wide = Tensor::arange(12).reshape({3, 4}).transpose(0, 1);
  CHECK(wide.strides() == Strides{1, 4});
  CHECK(wide.view({2, 2, 3}).strides() == Strides{2, 1, 4});
  CHECK(example().reshape({-1, 2}).shape() == Shape{3, 2});
}

TEST_CASE("chapter 2: broadcasting is a stride of 0, and its reverse is a sum") {
  const Tensor a({2, 1}, {10, 20}), b({3}, {1, 2, 3});
  CHECK(broadcast({2, 1}, {3}, "add") == Shape{2, 3});
  CHECK(a.expand({2, 3}).strides() == Strides{1, 0});
  CHECK(b.expand({2, 3}).strides() == Strides{0, 1});
  const Tensor c = a + b;
  CHECK(c.to_vector() == Numbers{11, 12, 13, 21, 22, 23});
  CHECK(sum_to(c, {2, 1}).to_vector() == Numbers{36, 66});
  CHECK(sum_to(c, {3}).to_vector() == Numbers{32, 34, 36});
  CHECK_THROWS_WITH(Tensor({2, 3}) + Tensor({2, 4}), "[add] [2,3] and [2,4] do not broadcast: axis -1 has 3 against 4");
}

TEST_CASE("chapter 2: comparisons give 1 and 0, of numbers and of ids") {
  const Tensor x = example();
  CHECK((x > 2).to_vector() == Numbers{0, 0, 1, 1, 1, 1});
  CHECK(where(x > 2, x, 0).to_vector() == Numbers{0, 0, 3, 4, 5, 6});
  CHECK((IntTensor({2}, {3, 4}) == 3).to_vector() == Numbers{1, 0});
}

TEST_CASE(
    "chapter 2: reductions give its numbers, with axes and without, and refuse to find the largest of no numbers") {
  const Tensor x = example();
  CHECK(sum(x, {0}).to_vector() == Numbers{5, 7, 9});
  CHECK(sum(x, {1}).to_vector() == Numbers{6, 15});
  CHECK(sum(x, {1}).shape() == Shape{2});
  CHECK(mean(x, {1}, true).shape() == Shape{2, 1});
  CHECK((x - mean(x, {1}, true)).to_vector() == Numbers{-1, 0, 1, -1, 0, 1});
  CHECK(max(x, {0}).to_vector() == Numbers{4, 5, 6});
  CHECK(sum(x).item() == 21);
  CHECK(mean(x).item() == 3.5);
  CHECK(max(x).item() == 6);
  CHECK(argmax(x, 1).to_vector() == std::vector<int32_t>{2, 2});
  CHECK(double(logsumexp(Tensor({2}, {1000, 1000}), {0}).item()) == Approx(1000.693).margin(1e-3));
  CHECK(sum(Tensor(Shape{0})).item() == 0);
  CHECK_THROWS_WITH(max(Tensor(Shape{0}), {0}), "[max] [0] has no elements along the axes [0]");
}

TEST_CASE("chapter 2: gathering copies a repeated row twice, and scattering adds both") {
  const Tensor table({3, 2}, {1, 2, 3, 4, 5, 6});
  const IntTensor index({3}, {2, 0, 2});
  CHECK(gather_rows(table, index).to_vector() == Numbers{5, 6, 1, 2, 5, 6});
  Tensor y = Tensor::zeros({3, 2});
  scatter_add_rows(y, index, Tensor({3, 2}, {10, 20, 1, 2, 30, 40}));
  CHECK(y.to_vector() == Numbers{1, 2, 0, 0, 40, 60});
  CHECK_THROWS_WITH(gather_rows(table, IntTensor({1}, {3})), "[gather_rows] index 3 is outside the 3 rows");
}

TEST_CASE("chapter 2: float32 counts to 16777216 and no further") {
  const float most = 16777216;
  CHECK(most + 1 == most);
  CHECK(most - 1 == 16777215);
  CHECK(int32_t(most) + 1 == 16777217);
}

TEST_CASE("chapter 2: every handle sees a change, and the version counts it") {
  Tensor x = example();
  const Tensor row = x.select(0, 1), copy = x.clone();
  CHECK(x.version() == 0);
  x.fill(7);
  CHECK(x.version() == 1);
  CHECK(row.version() == 1);
  CHECK(row.to_vector() == Numbers{7, 7, 7});
  CHECK(copy.version() == 0);
  CHECK(copy.at({1, 2}) == 6);
  x.slice(1, 0, 1).copy_from(Tensor(0));
  CHECK(x.to_vector() == Numbers{0, 7, 7, 0, 7, 7});
  CHECK(x.version() == 2);
}

TEST_CASE("chapter 2: views take no memory, and a block given back is given out again") {
  const int64_t bytes = memory_stats().live_bytes, blocks = memory_stats().live_blocks;
  const Tensor x = example();
  const Tensor turned = x.transpose(0, 1), wide = x.select(0, 0).expand({1000, 3});
  CHECK(memory_stats().live_bytes == bytes + 6 * int64_t(sizeof(Real)));
  CHECK(memory_stats().live_blocks == blocks + 1);
#ifndef __SANITIZE_ADDRESS__
  const int64_t requests = memory_stats().system_requests;
  for (int step = 0; step < 100; ++step) Tensor(Shape{1000, 1000});
  CHECK(memory_stats().system_requests <= requests + 1);
#endif
}

TEST_CASE("chapter 2: shapes that do not fit are refused at the call, in its words") {
  CHECK_THROWS_WITH(matmul(Tensor({4, 3}), Tensor({4, 5})), "[matmul] [4,3] x [4,5]: inner sizes 3 and 4 differ");
  CHECK_THROWS_WITH(example().slice(1, 2, 5), "[slice] 2..5 by 1 is not a range of axis 1 of [2,3]");
  CHECK_THROWS_WITH(example().dim(2), "[shape] axis 2 does not exist in [2,3]");
}

TEST_CASE("chapter 2: a number combines with a tensor, and tensors are printed as it shows") {
  const Tensor y = 2 * example() + 1;
  CHECK(y.to_vector() == Numbers{3, 5, 7, 9, 11, 13});
  CHECK(to_string(y) == "[[ 3.  5.  7.]\n [ 9. 11. 13.]]");
}
