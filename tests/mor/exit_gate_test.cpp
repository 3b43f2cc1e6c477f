#include "mor/exit_gate.h"

#include <cmath>

#include "mor/model.h"
#include "support/catch.h"
#include "support/tiny_models.h"

using namespace tinymor;

namespace {

/// Logits of two tokens that give the first of them, the target, the probability p.
Variable says(double p) {
  return Variable::parameter(Tensor({2, 2}, {Real(std::log(p / (1 - p))), 0, 0, 0}));
}

Variable score(double z) {
  return Variable::parameter(Tensor({2, 1}, {Real(z), 0}));
}

// The second row has nothing to predict.
const IntTensor kTargets({2}, {0, -1});

RouterConfig learns(ExitLoss loss) {
  RouterConfig config;
  config.exit_loss = loss;
  config.exit_cost = 0.1;
  return config;
}

}  // namespace

TEST_CASE("the expected loss weighs what each recursion predicts by the probability to stop there") {
  const std::vector<Variable> logits{says(0.5), says(0.8), says(0.9)}, scores{score(std::log(3)), score(0)};
  // It goes on with 3/4, then with 1/2: it stops after 1, 2 and 3 recursions with 1/4, 3/8 and 3/8.
  const ExitLosses losses = exit_losses(learns(ExitLoss::expected), logits, scores, kTargets);
  const double expected = -(std::log(0.5) / 4 + std::log(0.8) * 3 / 8 + std::log(0.9) * 3 / 8);
  CHECK(losses.lm.value().item() == Approx(expected).epsilon(1e-5));
  CHECK(losses.gates.value().item() == Approx(std::log(0.25) / 4 + 2 * std::log(0.375) * 3 / 8).epsilon(1e-5));
  losses.lm.backward();
  CHECK(logits[0].grad().data()[0] == Approx(-0.5 / 4).epsilon(1e-5));
  CHECK(logits[2].grad().data()[0] == Approx(-0.1 * 3 / 8).epsilon(1e-5));
  CHECK(scores[0].grad().data()[0] < 0);  // going on is better here
  for (const Variable& each : scores) CHECK(each.grad().data()[1] == 0);
}

TEST_CASE("gates learn whether any later recursion gains more than it costs") {
  // The second recursion gains nothing, the third much: so the first is not to stop.
  const std::vector<Variable> logits{says(0.5), says(0.5), says(0.9)}, scores{score(0.3), score(-0.2)};
  const ExitLosses losses = exit_losses(learns(ExitLoss::gain), logits, scores, kTargets);
  CHECK(losses.lm.value().item() == Approx(-(2 * std::log(0.5) + std::log(0.9)) / 3).epsilon(1e-5));
  const auto softplus = [](double z) { return std::log1p(std::exp(z)); };
  CHECK(losses.gates.value().item() == Approx(softplus(-0.3) + softplus(0.2)).epsilon(1e-5));
  // A gain below the cost does not pay.
  const std::vector<Variable> small{says(0.5), says(0.52), says(0.55)};
  const ExitLosses little = exit_losses(learns(ExitLoss::gain), small, scores, kTargets);
  CHECK(little.gates.value().item() == Approx(softplus(0.3) + softplus(-0.2)).epsilon(1e-5));
}

TEST_CASE("in training every token takes every recursion, in use those whose score is at least 0 go on") {
  const Model model = opinionated_model(tiny_config(Sharing::middle_cycle, Routing::exit_gate));
  const std::vector<int32_t> tokens = random_tokens(24, 11, 5);
  const auto run = [&](Rule rule) { return model.forward(int_tensor(tokens), Rows::batch(1, 24), {.rule = rule}); };
  const ForwardResult training = run(Rule::topk), use = run(Rule::threshold);
  CHECK(training.depth == std::vector<int32_t>(24, 3));
  REQUIRE(training.early_logits.size() == 2);
  REQUIRE(training.exit_scores.size() == 2);
  CHECK(use.early_logits.empty());
  int64_t left = 0;
  for (int64_t t = 0; t < 24; ++t) {
    CHECK((training.exit_scores[0].value().data()[t] >= 0) == (use.depth[t] > 1));
    left += use.depth[t] == 1;
  }
  CHECK(left > 0);
  CHECK(left < 24);
}

TEST_CASE("what gates learn from the gain does not move the states they look at") {
  ModelConfig config = tiny_config(Sharing::cycle, Routing::exit_gate);
  const IntTensor ids = int_tensor(random_tokens(12, 11, 5));
  const auto gradient = [&](double cost) {
    config.router.exit_cost = cost;
    Model model = opinionated_model(config);
    training_loss(config, model.forward(ids, Rows::batch(1, 12)), next_tokens(ids.values())).total.backward();
    std::vector<Real> numbers;
    for (Variable* parameter : model.parameters())
      if (!parameter->name().starts_with("model.routers."))
        for (Real g : parameter->grad().values()) numbers.push_back(g);
    return numbers;
  };
  CHECK(gradient(0) == gradient(100));
}
