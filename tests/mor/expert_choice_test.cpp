#include "mor/expert_choice.h"

#include "support/catch.h"
#include "support/close.h"
#include "support/tiny_models.h"
#include "support/worked_example.h"

using namespace tinymor;

namespace {

struct Example : WorkedExample {
  explicit Example(Rule rule)
      : WorkedExample(three_recursions(Routing::expert_choice), rule, {{0.6f, -0.2f}, {-0.5f, 0.9f}, {1.1f, 0.4f}}) {}
};

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
  CHECK(e.losses.aux.value().item() == Approx(1.518967).margin(2e-6));
  const auto mean_square = [](const Tensor& z) { return double(sum(z * z).item()) / double(z.count()); };
  CHECK(mean_square(e.selections[0].logits) == Approx(0.2208).margin(1e-6));
  CHECK(e.losses.z.value().item() == Approx(mean_square(e.selections[0].logits) + mean_square(e.selections[1].logits) +
                                            mean_square(e.selections[2].logits)));
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

TEST_CASE("a capacity warms up along half a cosine") {
  CHECK(warmed_capacity(1.0 / 3, -1, 100) == Approx(1.0 / 3));
  CHECK(warmed_capacity(1.0 / 3, 24, 100) == Approx(0.902369).margin(1e-6));
  CHECK(warmed_capacity(1.0 / 3, 49, 100) == Approx(0.666667).margin(1e-6));
  CHECK(warmed_capacity(1.0 / 3, 99, 100) == Approx(1.0 / 3));
  CHECK(warmed_capacity(1.0 / 3, 5000, 100) == Approx(1.0 / 3));
  CHECK(warmed_capacity(0.5, 0, 0) == 0.5);
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

TEST_CASE("a token that is not taken gives the language-model loss no hold on the router") {
  const ModelConfig config = WorkedExample::three_recursions(Routing::expert_choice);
  RouterWeights weights(config);
  weights.main[1].layers[0].mutable_value().copy_from(Tensor({1, 2}, {-0.5f, 0.9f}));
  const IntTensor ids({6}, {0, 1, 2, 3, 4, 5});
  const auto router =
      make_router({.config = config, .weights = weights, .rule = Rule::topk, .ids = ids, .recursions = 3});
  Random random(5);
  const Variable x = Variable::parameter(random_normal({6, 2}, random, 1));
  const Selection selection = router->select(1, {x, Rows::batch(1, 6), {0, 1, 2, 3, 4, 5}});
  sum(selection.gate).backward();
  const Ints taken = selection.index.to_vector();
  REQUIRE(taken.size() == 4);
  for (int32_t i = 0; i < 6; ++i) {
    const bool reached = x.grad().at({i, 0}) != 0 || x.grad().at({i, 1}) != 0;
    CHECK(reached == (std::find(taken.begin(), taken.end(), i) != taken.end()));
  }
}

TEST_CASE("under the training rule the depths are exactly those of the capacities") {
  const Model model = opinionated_model(tiny_config());
  const ForwardResult result = model.forward(int_tensor(random_tokens(16, 11, 3)), Rows::batch(1, 16));
  Ints histogram(4, 0);
  for (int32_t depth : result.depth) ++histogram[depth];
  CHECK(histogram == Ints{0, 6, 5, 5});  // 16-10, 10-5, 5
}

TEST_CASE("a random router has no auxiliary router, whatever the sampling, and is used by its own scores") {
  ModelConfig config = tiny_config();
  config.router.random = true;
  const Model other(config, 5);
  config.router.sampling = RouterSampling::aux_router;
  const Model model(config, 5);
  CHECK(causal_rule(config) == Rule::threshold);
  const Ints tokens = random_tokens(16, 11, 3);
  const auto depths = [&](const Model& m) {
    return m.forward(int_tensor(tokens), Rows::batch(1, 16), {.rule = causal_rule(m.config())}).depth;
  };
  CHECK(depths(model) == depths(other));
}
