#include "datasets/batches.h"

#include <cstdint>
#include <memory>
#include <numeric>
#include <set>

#include "support/catch.h"
#include "tensor/error.h"

using namespace tinymor;

namespace {

/// 0, 1, 2, ...: a window shows where it was cut out.
std::vector<int32_t> counting(int32_t n) {
  std::vector<int32_t> ids(static_cast<size_t>(n));
  std::iota(ids.begin(), ids.end(), 0);
  return ids;
}

bool same(const Batch& a, const Batch& b) {
  return a.inputs.to_vector() == b.inputs.to_vector() && a.targets.to_vector() == b.targets.to_vector();
}

}  // namespace

TEST_CASE("a batch is windows of the text, with the targets one token later") {
  const Batch batch = Batches(counting(50), 4, 8, 1).at(0);
  CHECK(batch.inputs.shape() == Shape{4, 8});
  CHECK(batch.targets.shape() == Shape{4, 8});
  for (int64_t b = 0; b < 4; ++b) {
    const int32_t start = batch.inputs.at({b, 0});
    for (int64_t t = 0; t < 8; ++t) {
      CHECK(batch.inputs.at({b, t}) == start + t);
      CHECK(batch.targets.at({b, t}) == start + t + 1);
    }
  }
}

TEST_CASE("a batch depends on seed, step and micro batch, and on nothing else") {
  const Batches batches(counting(10'000), 4, 8, 1);
  const Batch first = batches.at(7, 2);
  batches.at(8);
  CHECK(same(batches.at(7, 2), first));
  CHECK(same(Batches(counting(10'000), 4, 8, 1).at(7, 2), first));
  CHECK_FALSE(same(batches.at(7, 1), first));
  CHECK_FALSE(same(batches.at(6, 2), first));
  CHECK_FALSE(same(Batches(counting(10'000), 4, 8, 2).at(7, 2), first));
}

TEST_CASE("accumulated micro batches are the windows of one large batch") {
  const Batch large = Batches(counting(1'000), 6, 5, 1).at(3);
  const Batches small(counting(1'000), 2, 5, 1);
  for (int64_t micro = 0; micro < 3; ++micro) {
    CHECK(small.at(3, micro).inputs.to_vector() == large.inputs.slice(0, 2 * micro, 2 * micro + 2).to_vector());
  }
}

TEST_CASE("every window of the text is drawn sooner or later, the last one too") {
  const Batches batches(counting(10), 4, 7, 1);  // windows start at 0, 1, 2
  std::set<int32_t> starts;
  for (int64_t step = 0; step < 20; ++step) {
    for (int64_t b = 0; b < 4; ++b) starts.insert(batches.at(step).inputs.at({b, 0}));
  }
  CHECK(starts == std::set<int32_t>{0, 1, 2});
  CHECK(Batches(counting(8), 1, 7, 1).at(0).targets.at({0, 6}) == 7);
}

TEST_CASE("the held-out part is the end of the text") {
  const DataSplit split = split_ids(counting(100), 0.25, 8);
  CHECK(split.train.to_vector() == counting(75));
  CHECK(split.held_out.size() == 25);
  CHECK(split.held_out[0] == 75);
  CHECK(split.held_out[24] == 99);
  CHECK(split_ids(counting(9), 0, 8).held_out.empty());
}

TEST_CASE("evaluation predicts every token once, in order") {
  const Windows windows(counting(30), 9);  // 29 predictions: 3 windows and 2 tokens over
  CHECK(windows.count() == 3);
  const Batch batch = windows.at(spread_evenly(3, 0));
  CHECK(batch.inputs.shape() == Shape{3, 9});
  CHECK(batch.inputs.to_vector() == counting(27));
  std::vector<int32_t> later = counting(28);
  later.erase(later.begin());
  CHECK(batch.targets.to_vector() == later);
  CHECK(Windows(counting(10), 9).count() == 1);
  CHECK(windows.at(std::vector<int64_t>{2, 0}).inputs.at({0, 0}) == 18);
}

TEST_CASE("targets of one kind can be left out of what is judged") {
  const std::vector<int32_t> ids{1, 7, 2, 7, 7, 3};
  const Batch batch = Windows(ids, 5, 7).at(spread_evenly(1, 0));
  CHECK(batch.unknown == 3);
  CHECK(batch.targets.to_vector() == std::vector<int32_t>{-1, 2, -1, -1, 3});
  CHECK(batch.inputs.to_vector() == std::vector<int32_t>{1, 7, 2, 7, 7});
  CHECK(Windows(ids, 5, 9).at(spread_evenly(1, 0)).unknown == 0);
}

TEST_CASE("a few of many are spread evenly") {
  CHECK(spread_evenly(10, 4) == std::vector<int64_t>{0, 2, 5, 7});
  CHECK(spread_evenly(3, 0) == std::vector<int64_t>{0, 1, 2});
  CHECK(spread_evenly(3, 7) == std::vector<int64_t>{0, 1, 2});
}

TEST_CASE("where a document begins inside a window, another sequence begins and the token before has no target") {
  const auto ids = std::make_shared<const std::vector<uint8_t>>(std::vector<uint8_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  static const std::vector<uint64_t> starts{0, 3, 4, 8};
  const Tokens tokens(ids->data(), 10, 1, starts, ids);
  const Batch batch = Windows(tokens, 4).at(spread_evenly(2, 0));
  CHECK(batch.inputs.to_vector() == counting(8));
  CHECK(batch.lengths == std::vector<int64_t>{3, 1, 4});
  CHECK(batch.targets.to_vector() == std::vector<int32_t>{1, 2, -1, -1, 5, 6, 7, -1});
  CHECK(tokens.slice(3, 9).starts() == std::vector<int64_t>{1, 5});
  CHECK(split_ids(tokens, 0.4, 3).held_out.starts() == std::vector<int64_t>{2});
  for (int64_t step = 0; step < 20; ++step) {
    const Batch drawn = Batches(tokens, 3, 4, 1).at(step);
    CHECK(std::accumulate(drawn.lengths.begin(), drawn.lengths.end(), int64_t(0)) == 12);
    for (int64_t i = 0; i < 12; ++i) {
      const int32_t input = drawn.inputs.data()[i], target = drawn.targets.data()[i];
      CHECK(target == (input == 2 || input == 3 || input == 7 ? -1 : input + 1));
    }
  }
}

TEST_CASE("a text too short for one sequence is refused, saying what there is and what is needed") {
  CHECK_THROWS_WITH(split_ids(counting(100), 0.1, 64),
                    "data: the held-out part has 10 tokens, one sequence needs 65 (give "
                    "more text, or a smaller max_seq_len)");
  CHECK_THROWS_WITH(split_ids(counting(100), 0.9, 64), ContainsSubstring("training part has 10 tokens"));
  CHECK_THROWS_AS(split_ids(Tokens(), 0.1, 1), InputError);
  CHECK_THROWS_AS(Batches(counting(8), 1, 8, 1), InputError);
  CHECK_THROWS_AS(Windows(counting(8), 8), InputError);
}

TEST_CASE("a fraction that leaves nothing to train on is refused") {
  for (const double fraction : {-0.1, 1.0, 2.0, std::nan("")}) {
    CHECK_THROWS_WITH(split_ids(counting(100), fraction, 8), ContainsSubstring("val_fraction"));
  }
}
