#include "autograd/data_loader.h"

#include <algorithm>

#include "support/catch.h"

using namespace tinymor;

TEST_CASE("an epoch gives every row once, with what belongs to it, and each in another order") {
  const Tensor x = Tensor::arange(30).reshape({10, 3});
  const IntTensor y = IntTensor::arange(10);
  const DataLoader loader(4, 7, x, y);
  std::vector<std::vector<int32_t>> orders;
  for (int epoch : {0, 1, 0}) {
    std::vector<int32_t> seen;
    std::vector<int64_t> sizes;
    for (const auto& [some_x, some_y] : loader.epoch(epoch)) {
      sizes.push_back(some_y.dim(0));
      CHECK(some_x.shape() == Shape({some_y.dim(0), 3}));
      for (int64_t i = 0; i < some_y.dim(0); ++i) {
        seen.push_back(some_y.at({i}));
        CHECK(some_x.select(0, i).to_vector() == x.select(0, some_y.at({i})).to_vector());
      }
    }
    CHECK(sizes == std::vector<int64_t>{4, 4, 2});
    orders.push_back(seen);
    std::sort(seen.begin(), seen.end());
    CHECK(seen == y.to_vector());
  }
  CHECK(orders[0] != orders[1]);
  CHECK(orders[0] == orders[2]);
  CHECK(loader.batches() == 3);
}

template <class Loader>
concept GivesEpochs = requires(Loader loader) {
  static_cast<Loader>(loader).epoch(0);
};

TEST_CASE("a loader outlives its epochs: one that is gone after the line gives none") {
  STATIC_REQUIRE(GivesEpochs<DataLoader<Tensor>&>);
  STATIC_REQUIRE_FALSE(GivesEpochs<DataLoader<Tensor>&&>);
}

TEST_CASE("a loader refuses tensors that do not belong together") {
  CHECK_THROWS_WITH(DataLoader(4, 1, Tensor::zeros({3, 2}), IntTensor::zeros({4})),
                    ContainsSubstring("4 rows beside 3"));
  CHECK_THROWS_WITH(DataLoader(0, 1, Tensor::zeros({3})), ContainsSubstring("batch size of 0"));
  CHECK_THROWS_WITH(DataLoader(1, 1, Tensor::zeros({0})), ContainsSubstring("no rows"));
}
