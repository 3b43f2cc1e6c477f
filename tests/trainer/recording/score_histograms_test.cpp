#include "trainer/recording/score_histograms.h"

#include <cmath>
#include <limits>
#include <numeric>

#include "support/catch.h"
#include "support/tiny_models.h"

using namespace tinymor;

namespace {

/// What `histograms` counted in a training forward pass of two texts of 12 tokens.
ScoreHistogram seen(const Model& model, ScoreHistograms& histograms, ForwardResult& result) {
  const auto tokens = random_tokens(24, 11, 5);
  result = model.forward(IntTensor({24}, tokens), Rows::batch(2, 12), {.probe = &histograms});
  histograms.on_depths(result.depth);
  return histograms.take(7);
}

uint32_t total(const std::vector<uint32_t>& counts, int64_t r) {
  const auto begin = counts.begin() + r * ScoreHistogram::bins;
  return std::accumulate(begin, begin + ScoreHistogram::bins, 0u);
}

}  // namespace

TEST_CASE("histograms count every candidate once, apart for taken and left, and begin again when taken") {
  for (Routing routing : {Routing::expert_choice, Routing::token_choice}) {
    const Model model = opinionated_model(tiny_config(Sharing::middle_cycle, routing));
    ScoreHistograms histograms(3);
    ForwardResult result;
    const ScoreHistogram scores = seen(model, histograms, result);
    CHECK(scores.step == 7);
    for (int64_t r = 0; r < 3; ++r) {
      const auto deep = [&](int32_t least) {
        return uint32_t(std::count_if(result.depth.begin(), result.depth.end(), [&](int32_t d) { return d >= least; }));
      };
      const bool expert = routing == Routing::expert_choice;
      CHECK(total(scores.taken, r) == (expert ? deep(int32_t(r + 1)) : deep(int32_t(r + 1)) - deep(int32_t(r + 2))));
      CHECK(total(scores.taken, r) + total(scores.left, r) == (expert && r > 0 ? deep(int32_t(r)) : 24));
    }
    CHECK(histograms.take(8).taken.empty());
  }
}

TEST_CASE("a NaN score is counted nowhere") {
  ScoreHistograms histograms(2);
  const Real nan = std::nanf(""), infinity = std::numeric_limits<Real>::infinity();
  const Rows rows = Rows::batch(1, 3);
  histograms.on_recursion(0, rows, Tensor(Shape{3}, {nan, infinity, 0}), {}, rows);
  histograms.on_depth_scores(rows, Tensor({3, 2}, {nan, 0, 0, 0, 0, 0}));
  histograms.on_depths(std::vector<int32_t>{1, 1, 2});
  const ScoreHistogram counted = histograms.take(1);
  CHECK(total(counted.taken, 0) == 2 + 1);
  CHECK(counted.taken[ScoreHistogram::bins - 1] == 1);  // sigma(infinity)
  CHECK(total(counted.left, 0) == 1);
  CHECK(total(counted.taken, 1) == 1);
  CHECK(total(counted.left, 1) == 1);
}

TEST_CASE("a score is counted in the bin of its sigmoid") {
  const Model model = opinionated_model(tiny_config());
  struct Last : Probe {
    std::vector<double> scores;
    void on_recursion(int64_t r, const Rows&, const Tensor& logits, const Tensor&, const Rows&) override {
      if (r != 2) return;
      for (Real z : logits.values()) scores.push_back(1 / (1 + std::exp(-double(z))));
    }
  } last;
  const auto tokens = random_tokens(24, 11, 5);
  model.forward(IntTensor({24}, tokens), Rows::batch(2, 12), {.probe = &last});
  ScoreHistograms histograms(3);
  ForwardResult result;
  const ScoreHistogram counted = seen(model, histograms, result);
  std::vector<uint32_t> bins(ScoreHistogram::bins);
  for (double score : last.scores) ++bins.at(size_t(score * ScoreHistogram::bins));
  for (int bin = 0; bin < ScoreHistogram::bins; ++bin) {
    const int at = 2 * ScoreHistogram::bins + bin;
    CHECK(counted.taken[at] + counted.left[at] == bins[bin]);
  }
}

TEST_CASE("without a router there is nothing to count") {
  const Model model = opinionated_model(tiny_config(Sharing::cycle, Routing::none));
  ScoreHistograms histograms(3);
  ForwardResult result;
  CHECK(seen(model, histograms, result).taken.empty());
}
