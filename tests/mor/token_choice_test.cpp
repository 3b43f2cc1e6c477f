#include "mor/token_choice.h"

#include "support/catch.h"
#include "support/close.h"
#include "support/tiny_models.h"
#include "support/worked_example.h"

using namespace tinymor;

namespace {

using Ints = std::vector<int32_t>;

const std::vector<std::vector<Real>> kWeights{{0.6f, -0.2f}, {-0.5f, 0.9f}, {0.3f, 0.4f}};

}  // namespace

TEST_CASE("token choice reproduces the reference's worked example") {
  const WorkedExample e(WorkedExample::three_recursions(Routing::token_choice), Rule::threshold, kWeights);
  CHECK(e.taken[0] == Ints{0, 1, 2, 3, 4, 5});
  CHECK(e.taken[1] == Ints{2, 3, 4});
  CHECK(e.taken[2] == Ints{3});
  check_close(e.x, {1.251014, -2.502028, 1.999976, 0.155557, -0.368475, 2.443395, 3.585164, 3.609008, -2.791283,
                    0.958524, 0.221066, -0.627888});
  const std::vector<double> load{1.0 / 2, 1.0 / 3, 1.0 / 6};
  for (size_t i = 0; i < 3; ++i) CHECK(e.metrics.load[i] == Approx(load[i]));
  CHECK(e.losses.balance.value().item() == Approx(1.017972).margin(2e-6));
  CHECK(e.losses.z.value().item() == Approx(1.584884).margin(2e-6));
  CHECK(e.metrics.max_violation() == Approx(0.5).margin(1e-6));
  // -(1/2 ln 1/2 + 1/3 ln 1/3 + 1/6 ln 1/6)
  CHECK(e.metrics.entropy() == Approx(1.011404).margin(1e-6));
}

TEST_CASE("the entropy of the load is that of the paper's table") {
  struct Case {
    std::vector<double> load;
    double max_violation, entropy;
  };
  for (const Case& c : {Case{{0.760333, 0.239667, 0}, 1.281, 0.551}, Case{{0.652, 0.348, 0}, 0.956, 0.646},
                        Case{{1.0 / 3, 1.0 / 3, 1.0 / 3}, 0, 1.0986}, Case{{0, 0, 1}, 2, 0}}) {
    RouterMetrics batches{.sampling_accuracy = 0};
    for (int batch = 0; batch < 2; ++batch) batches.add({.load = c.load});  // their sum is as good as their mean
    CHECK(batches.max_violation() == Approx(c.max_violation).margin(5e-4));
    CHECK(batches.entropy() == Approx(c.entropy).margin(5e-4));
  }
}

TEST_CASE("the paper's equation 2.2 weights every recursion by its own score") {
  ModelConfig config = WorkedExample::three_recursions(Routing::token_choice);
  config.router.gating = RouterGating::weighted_every;
  const WorkedExample e(config, Rule::threshold, kWeights);
  // Token 0 ends after one recursion, as before; token 2 takes its first recursion's output weighted by 0.179541.
  check_close(e.x.slice(0, 0, 1), {1.251014, -2.502028});
  const double p1 = std::exp(-0.34), p2 = std::exp(0.87), p3 = std::exp(0.23), sum = p1 + p2 + p3;
  const double mean0[2] = {(0.5 + 1.0 - 0.3) / 3, (-1.0 + 0.2 + 0.8) / 3}, x0[2] = {-0.3, 0.8};
  for (int c = 0; c < 2; ++c) {
    const double first = p1 / sum * (1.5 * x0[c] + mean0[c]);
    const double second = p2 / sum * (1.5 * first + first);  // it is the first of those that go on
    CHECK(e.x.at({2, c}) == Approx(x0[c] + second).margin(2e-6));
  }
}

TEST_CASE("loss-free balancing moves the bias towards the depths that are chosen too seldom, and only the choice") {
  ModelConfig config = tiny_config(Sharing::middle_cycle, Routing::token_choice);
  config.router.balancing = RouterBalancing::loss_free;
  config.router.bias_rate = 0.25;
  Model model = opinionated_model(config);
  const IntTensor ids = int_tensor(random_tokens(16, 11, 4));
  const Ints forced(16, 2);
  const auto where_forced = [&] {
    return model.forward(ids, Rows::batch(1, 16), {.depths = forced}).logits.value().to_vector();
  };
  const ForwardResult before = model.forward(ids, Rows::batch(1, 16));
  const std::vector<Real> unbiased = where_forced();
  CHECK_FALSE(before.losses.balance.defined());
  model.balance(std::vector<double>{0.5, 0.3, 0.2});
  CHECK(model.state_dict().at("model.router_bias").to_vector() == std::vector<Real>{-0.25f, 0.25f, 0.25f});
  for (int i = 0; i < 8; ++i) model.balance(std::vector<double>{0, 0, 1});
  const ForwardResult after = model.forward(ids, Rows::batch(1, 16));
  CHECK(after.metrics.load[2] == 0);
  CHECK(where_forced() == unbiased);
}

TEST_CASE("while the balance warms up every token takes the deepest recursion") {
  ModelConfig config = tiny_config(Sharing::middle_cycle, Routing::token_choice);
  config.router.capacity_warmup_steps = 2;
  const Model model = opinionated_model(config);
  const IntTensor ids = int_tensor(random_tokens(16, 11, 4));
  const auto depths = [&](int64_t step) { return model.forward(ids, Rows::batch(1, 16), {.step = step}).depth; };
  CHECK(depths(0) == Ints(16, 3));
  CHECK(depths(1) == Ints(16, 3));
  CHECK(depths(2) != Ints(16, 3));
  CHECK(depths(-1) == depths(2));
}
