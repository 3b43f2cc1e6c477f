#include "mor/expert_choice.h"

#include "support/catch.h"
#include "support/tiny_models.h"

using namespace tinymor;

namespace {

/// The reference's worked example (its Appendix A.3): six tokens of width 2, three recursions, and a block that shows
/// order and compaction: y_i = 1.5 x_i + mean of x_j, j <= i, over the tokens that are there.
struct Example {
  ModelConfig config;
  std::vector<Variable> weights{Variable(Tensor({1, 2}, {0.6f, -0.2f})), Variable(Tensor({1, 2}, {-0.5f, 0.9f})),
                                Variable(Tensor({1, 2}, {1.1f, 0.4f}))};
  std::vector<Selection> selections;
  Tensor x{{6, 2}, {0.5f, -1.0f, 1.0f, 0.2f, -0.3f, 0.8f, 0.7f, 0.7f, -1.2f, 0.1f, 0.1f, -0.4f}};
  std::vector<std::vector<int32_t>> taken;
  double aux = 0;
  std::vector<double> accuracies;

  explicit Example(Rule rule) {
    config.n_recursions = 3;
    config.router.alpha = 0.1;
    config.router.capacity = {1, 2.0 / 3, 1.0 / 3};
    ExpertChoice router(config, weights, rule);
    Variable active(x.clone());
    Rows rows = Rows::batch(1, 6);
    for (int64_t r = 0; r < 3; ++r) {
      Selection selection = router.select(r, active, rows);
      active = gather_rows(active, selection.index);
      rows = rows.select(selection.index);
      active = router.combine(selection, active, Variable(block(active.value())));
      for (int64_t i = 0; i < rows.count(); ++i)
        x.slice(0, rows.positions.data()[i], rows.positions.data()[i] + 1).copy_from(active.value().slice(0, i, i + 1));
      taken.push_back(rows.positions.to_vector());
      selections.push_back(std::move(selection));
      accuracies.push_back(router.sampling_accuracy());
    }
    aux = router.aux_loss().value().item();
  }

  static Tensor block(const Tensor& x) {
    Tensor y(x.shape());
    Real sums[2] = {0, 0};
    for (int64_t i = 0; i < x.dim(0); ++i) {
      for (int64_t c = 0; c < 2; ++c) {
        sums[c] += x.at({i, c});
        y.mutable_data()[i * 2 + c] = Real(1.5) * x.at({i, c}) + sums[c] / Real(i + 1);
      }
    }
    return y;
  }
};

void check_close(const Tensor& x, const std::vector<double>& expected) {
  const std::vector<Real> values = x.to_vector();
  REQUIRE(values.size() == expected.size());
  for (size_t i = 0; i < values.size(); ++i) CHECK(double(values[i]) == Approx(expected[i]).margin(2e-6));
}

using Ints = std::vector<int32_t>;

}  // namespace

TEST_CASE("the training rule reproduces the reference's worked example") {
  const Example e(Rule::topk);
  check_close(e.selections[0].logits, {0.5, 0.56, -0.34, 0.28, -0.74, 0.14});
  check_close(e.selections[1].logits, {-1.328957, -0.397329, 0.915947, 0.299365, 0.725821, -0.443256});
  check_close(e.selections[2].logits, {1.469126, 0.056441, 1.322699, -1.450020});
  CHECK(e.taken[0] == Ints{0, 1, 2, 3, 4, 5});
  CHECK(e.taken[1] == Ints{1, 2, 3, 4});
  CHECK(e.taken[2] == Ints{1, 3});
  check_close(e.selections[1].gate.value(), {0.040195, 0.071422, 0.057429, 0.067389});
  check_close(e.selections[2].gate.value(), {0.081292, 0.078963});
  CHECK(e.aux == Approx(1.518967).margin(2e-6));
  CHECK(e.accuracies[0] == Approx(4.0 / 6));
  CHECK(e.accuracies[1] == Approx(5.0 / 6));
  CHECK(e.accuracies[2] == Approx(0.75));
  check_close(e.x, {0.577807, -1.155615, 1.513762, 0.256401, -0.304404, 0.978214, 1.075364, 1.016726, -1.374031,
                    0.153536, 0.115157, -0.428530});
}

TEST_CASE("the causal rule reproduces the reference's worked example") {
  const Example e(Rule::threshold);
  CHECK(e.taken[0] == Ints{0, 1, 2, 3, 4, 5});  // capacity 1 takes everyone, whatever the score
  CHECK(e.taken[1] == Ints{2, 3, 4});
  CHECK(e.taken[2] == Ints{2, 3});
  check_close(e.selections[2].gate.value(), {0.050226, 0.078725});
  check_close(e.x, {0.577807, -1.155615, 1.143202, 0.193635, -0.400720, 1.127422, 0.991299, 1.060979, -1.397609,
                    0.159987, 0.115157, -0.428530});
}

TEST_CASE("capacities are the reference's, exactly") {
  const auto counts = [](int64_t n, int64_t length) {
    Ints result;
    for (int64_t r = 1; r <= n; ++r) result.push_back(int32_t(capacity_count(double(n - r + 1) / double(n), length)));
    return result;
  };
  CHECK(counts(3, 6) == Ints{6, 4, 2});
  CHECK(counts(3, 16) == Ints{16, 10, 5});
  CHECK(counts(3, 64) == Ints{64, 42, 21});
  CHECK(counts(3, 128) == Ints{128, 85, 42});
  CHECK(counts(3, 256) == Ints{256, 170, 85});
  CHECK(counts(3, 2048) == Ints{2048, 1365, 682});
  CHECK(counts(4, 6) == Ints{6, 4, 3, 1});
  CHECK(counts(2, 2048) == Ints{2048, 1024});
  for (int64_t n = 1; n <= 8; ++n)
    for (int64_t length = n; length <= 4096; ++length)
      for (int64_t r = 1; r <= n; ++r)
        if (capacity_count(double(n - r + 1) / double(n), length) != (n - r + 1) * length / n)
          FAIL("N " << n << " T " << length << " r " << r);
}

TEST_CASE("top-k gives ties to the earlier token and ascends") {
  const std::vector<Real> scores{1, 3, 2, 3, 2, 2};
  CHECK(top_k_ascending(scores, 3) == Ints{1, 2, 3});
  CHECK(top_k_ascending(scores, 4) == Ints{1, 2, 3, 4});
  CHECK(top_k_ascending(scores, 99) == Ints{0, 1, 2, 3, 4, 5});
  CHECK(top_k_ascending(scores, 0).empty());
}

TEST_CASE("sequences of a batch are chosen from independently") {
  const ModelConfig config = tiny_config();
  const Model model = opinionated_model(config);
  const Ints a = random_tokens(12, 11, 1), b = random_tokens(12, 11, 2);
  Ints both = a;
  both.insert(both.end(), b.begin(), b.end());
  const ForwardResult together = model.forward(int_tensor(both), Rows::batch(2, 12));
  const ForwardResult alone = model.forward(int_tensor(b), Rows::batch(1, 12));
  CHECK(Ints(together.depth.begin() + 12, together.depth.end()) == alone.depth);
  const Tensor second = together.logits.value().slice(0, 12, 24);
  for (int64_t i = 0; i < 12 * 11; ++i)
    CHECK(second.values()[i] == Approx(alone.logits.value().values()[i]).margin(1e-5));
}

TEST_CASE("under the training rule the depths are exactly those of the capacities") {
  const Model model = opinionated_model(tiny_config());
  const ForwardResult result = model.forward(int_tensor(random_tokens(16, 11, 3)), Rows::batch(1, 16));
  Ints histogram(4, 0);
  for (int32_t depth : result.depth) ++histogram[depth];
  CHECK(histogram == Ints{0, 6, 5, 5});  // 16-10, 10-5, 5
}
