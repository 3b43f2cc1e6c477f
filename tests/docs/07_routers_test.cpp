// The numbers of docs/07-routers.md, computed again. If you change one, change the other.

#include <cmath>

#include "mor/counts.h"
#include "mor/exit_gate.h"
#include "mor/expert_choice.h"
#include "mor/token_choice.h"
#include "support/catch.h"
#include "support/close.h"
#include "support/worked_example.h"

using namespace tinymor;

namespace {

using Ints = std::vector<int32_t>;

const std::vector<std::vector<Real>> kExpertWeights{{0.6f, -0.2f}, {-0.5f, 0.9f}, {1.1f, 0.4f}};
const std::vector<std::vector<Real>> kTokenWeights{{0.6f, -0.2f}, {-0.5f, 0.9f}, {0.3f, 0.4f}};

double sigma(double z) {
  return 1 / (1 + std::exp(-z));
}

WorkedExample expert_example() {
  return WorkedExample(WorkedExample::three_recursions(Routing::expert_choice), Rule::topk, kExpertWeights);
}

/// The states that recursion 2 scores.
Tensor after_recursion_1() {
  const Tensor x = WorkedExample::start();
  Tensor gates({6, 1});
  for (int64_t i = 0; i < 6; ++i)
    gates.mutable_data()[i] = Real(0.1 * sigma(0.6 * double(x.at({i, 0})) - 0.2 * double(x.at({i, 1}))));
  return x + gates * WorkedExample::block(x);
}

/// Recursion 2 of the example under a configuration that may differ: the new state of position 1, and what a loss of 1
/// for its first number gives the router.
struct Second {
  RouterWeights weights;
  Tensor state, row_grad;

  explicit Second(const ModelConfig& config) : weights(config) {
    weights.main[1].layers[0].mutable_value().copy_from(Tensor({1, 2}, {-0.5f, 0.9f}));
    const IntTensor ids({6}, {0, 1, 2, 3, 4, 5});
    const auto router =
        make_router({.config = config, .weights = weights, .rule = Rule::topk, .ids = ids, .recursions = 3});
    const Active all{Variable(after_recursion_1()), Rows::batch(1, 6), {0, 1, 2, 3, 4, 5}};
    const Selection selection = router->select(1, all);
    REQUIRE(selection.index.to_vector() == Ints{1, 2, 3, 4});
    const Active taken = all.select(selection.index);
    const Variable next = router->combine(1, selection, taken, Variable(WorkedExample::block(taken.x.value())));
    state = next.value().slice(0, 0, 1).clone();
    if (!next.requires_grad()) return;
    next.backward(Tensor({4, 2}, {1, 0, 0, 0, 0, 0, 0, 0}));
    row_grad = weights.main[1].layers[0].grad();
  }
};

}  // namespace

TEST_CASE("chapter 7: expert choice goes through its six tokens with its scores, gates and depths") {
  const WorkedExample e = expert_example();
  CHECK(capacity_count(1, 6) == 6);
  CHECK(capacity_count(2.0 / 3, 6) == 4);
  CHECK(capacity_count(1.0 / 3, 6) == 2);
  check_printed(e.selections[0].logits, {0.5, 0.56, -0.34, 0.28, -0.74, 0.14});
  check_printed(e.selections[0].gates, {0.0622, 0.0636, 0.0416, 0.0570, 0.0323, 0.0535});
  check_printed(WorkedExample::block(WorkedExample::start()).slice(0, 1, 2), {2.25, -0.1});
  CHECK((0.5 + 1.0) / 2 == Approx(0.75));
  CHECK((-1.0 + 0.2) / 2 == Approx(-0.4));
  check_printed(after_recursion_1().slice(0, 1, 2), {1.1432, 0.1936});

  check_printed(e.selections[1].logits, {-1.3290, -0.3973, 0.9159, 0.2994, 0.7258, -0.4433});
  CHECK(e.taken[1] == Ints{1, 2, 3, 4});
  const Tensor gathered = gather_rows(after_recursion_1(), IntTensor({4}, {1, 2, 3, 4}));
  check_printed(WorkedExample::block(gathered).slice(0, 0, 1), {2.8580, 0.4841});
  check_printed(Second(WorkedExample::three_recursions(Routing::expert_choice)).state, {1.2581, 0.2131});

  check_printed(e.selections[2].logits, {1.4691, 0.0564, 1.3227, -1.4500});
  CHECK(e.taken[2] == Ints{1, 3});
  check_printed(e.x,
                {0.577807, -1.155615, 1.513762, 0.256401, -0.304404, 0.978214, 1.075364, 1.016726, -1.374031, 0.153536,
                 0.115157, -0.428530},
                2e-6);
  CHECK(e.taken[0].size() + e.taken[1].size() + e.taken[2].size() == 12);
}

TEST_CASE("chapter 7: the router's gradient comes through the gate, with its numbers") {
  const Second second(WorkedExample::three_recursions(Routing::expert_choice));
  const double s = sigma(-0.397329), slope = 0.1 * s * (1 - s);
  CHECK(s == Approx(0.4020).margin(half_a_digit));
  CHECK(1 - s == Approx(0.5980).margin(half_a_digit));
  CHECK(0.1 * s == Approx(0.0402).margin(half_a_digit));
  CHECK(slope == Approx(0.0240).margin(half_a_digit));
  CHECK(slope * 2.8580 == Approx(0.0687).margin(half_a_digit));
  check_printed(second.row_grad, {0.0785, 0.0133});
}

TEST_CASE("chapter 7: the auxiliary loss and the z-loss are those it computes") {
  const WorkedExample e = expert_example();
  CHECK(e.losses.aux.item() == Approx(1.5190).margin(half_a_digit));
  const std::vector<double> s{0.2093, 0.4020, 0.7142, 0.5743, 0.6739, 0.3910};
  const std::vector<double> loss{0.2349, 0.9114, 0.3366, 0.5546, 0.3947, 0.4959};
  double mean = 0;
  for (size_t i = 0; i < 6; ++i) {
    const double p = sigma(double(e.selections[1].logits.values()[i]));
    const bool taken = i >= 1 && i <= 4;
    const double paid = -std::log(taken ? p : 1 - p);
    CHECK(p == Approx(s[i]).margin(half_a_digit));
    CHECK(paid == Approx(loss[i]).margin(half_a_digit));
    mean += paid / 6;
  }
  CHECK(mean == Approx(0.4880).margin(half_a_digit));
  CHECK(0.6870 + 0.4880 + 0.3439 == Approx(1.5190).margin(1.5e-4));

  const Variable z = Variable::parameter(e.selections[1].logits);
  bce_with_logits(z, Tensor({6}, {0, 1, 1, 1, 1, 0})).backward();
  CHECK(z.grad().at({0}) == Approx(0.0349).margin(half_a_digit));
  CHECK(z.grad().at({1}) == Approx(-0.0997).margin(half_a_digit));
  CHECK(sigma(-1.45002) / 4 == Approx(0.0475).margin(half_a_digit));

  CHECK(e.losses.z.item() == Approx(2.3202).margin(1e-4));
  CHECK(0.2208 + 0.5960 + 1.5034 == Approx(2.3202));
}

TEST_CASE("chapter 7: gates, residuals and the warm-up of capacities give its numbers") {
  CHECK(sigma(0.56) == Approx(0.636).margin(10 * half_a_digit));
  CHECK(std::tanh(0.56) == Approx(0.508).margin(10 * half_a_digit));
  CHECK(sigma(-1.45) == Approx(0.190).margin(10 * half_a_digit));
  CHECK(std::tanh(-1.45) == Approx(-0.896).margin(10 * half_a_digit));
  CHECK(1.1 * 1.1 * 1.1 == Approx(1.331));

  ModelConfig config = WorkedExample::three_recursions(Routing::expert_choice);
  config.router.residual = RouterResidual::delta;
  check_printed(Second(config).state, {1.2121, 0.2053});
  config.router.residual = RouterResidual::block;
  config.router.gating = RouterGating::additive;
  const Second additive(config);
  check_printed(additive.state, {4.0012, 0.6777});
  CHECK_FALSE(additive.row_grad.defined());
  CHECK(warmed_capacity(1.0 / 3, 49, 100) == Approx(0.6667).margin(half_a_digit));
}

TEST_CASE("chapter 7: token choice gives its probabilities, depths, results and losses") {
  const WorkedExample e(WorkedExample::three_recursions(Routing::token_choice), Rule::threshold, kTokenWeights);
  const Tensor z = matmul(WorkedExample::start(), Tensor({2, 3}, {0.6f, -0.5f, 0.3f, -0.2f, 0.9f, 0.4f}));
  check_printed(z.slice(0, 2, 3), {-0.34, 0.87, 0.23});
  const Tensor mean_p = mean(softmax(z), {0}).value();
  check_printed(softmax(z).value(), {0.6008, 0.1154, 0.2838, 0.4444, 0.1843, 0.3712, 0.1634, 0.5478, 0.2888, 0.3092,
                                     0.3092, 0.3815, 0.1492, 0.6236, 0.2271, 0.4273, 0.2465, 0.3262});
  CHECK(e.taken[1] == Ints{2, 3, 4});
  CHECK(e.taken[2] == Ints{3});
  const Tensor first = WorkedExample::block(WorkedExample::start()).slice(0, 2, 5);
  check_printed(first.slice(0, 0, 1), {-0.05, 1.2});
  check_printed(WorkedExample::block(first).slice(0, 0, 1), {-0.125, 3.0});
  check_printed(e.x.slice(0, 2, 3), {-0.3685, 2.4434});

  const std::vector<double> load{1.0 / 2, 1.0 / 3, 1.0 / 6}, p{0.3491, 0.3378, 0.3131}, fp{0.5236, 0.3378, 0.1566};
  for (size_t i = 0; i < 3; ++i) {
    CHECK(e.metrics.load[i] == Approx(load[i]));
    CHECK(double(mean_p.data()[i]) == Approx(p[i]).margin(half_a_digit));
    CHECK(3 * e.metrics.load[i] * double(mean_p.data()[i]) == Approx(fp[i]).margin(half_a_digit));
  }
  CHECK(e.losses.balance.item() == Approx(1.0180).margin(half_a_digit));
  CHECK(e.metrics.max_violation() == Approx(0.5).margin(1e-6));
  CHECK(e.metrics.entropy() == Approx(1.0114).margin(half_a_digit));
  CHECK(std::log(3.0) == Approx(1.0986).margin(half_a_digit));
  const RouterMetrics uneven{.load = {0.7603, 0.2397, 0}};
  CHECK(uneven.max_violation() == Approx(1.281).margin(6e-4));
  CHECK(uneven.entropy() == Approx(0.551).margin(6e-4));
  CHECK(e.losses.z.item() == Approx(1.5849).margin(half_a_digit));
}

TEST_CASE("chapter 7: a bias changes the choice and not the weight") {
  ModelConfig config = WorkedExample::three_recursions(Routing::token_choice);
  config.router.balancing = RouterBalancing::loss_free;
  RouterWeights weights(config);
  weights.main[0].layers[0].mutable_value().copy_from(Tensor({3, 2}, {0.6f, -0.2f, -0.5f, 0.9f, 0.3f, 0.4f}));
  weights.bias.copy_from(Tensor(Shape{3}, {-0.05f, 0, 0.05f}));
  CHECK(0.4444 - 0.05 == Approx(0.3944));
  CHECK(0.3712 + 0.05 == Approx(0.4212));
  const IntTensor ids({6}, {0, 1, 2, 3, 4, 5});
  const auto router =
      make_router({.config = config, .weights = weights, .rule = Rule::threshold, .ids = ids, .recursions = 3});
  const Active all{Variable(WorkedExample::start()), Rows::batch(1, 6), {0, 1, 2, 3, 4, 5}};
  router->select(0, all);
  const Selection last = router->select(2, all);
  CHECK(last.index.to_vector() == Ints{1, 3});
  for (double load : router->metrics().load) CHECK(load == Approx(1.0 / 3));
  CHECK(router->metrics().max_violation() == Approx(0).margin(1e-6));
  const Active deepest = all.select(last.index);
  const Variable y(Tensor({2, 2}, {1, 1, 1, 1}));
  CHECK(router->combine(2, last, deepest, y).value().at({0, 0}) == Approx(1 + 0.3712).margin(half_a_digit));
}

TEST_CASE("chapter 7: what exit gates learn, from losses of 2.10, 2.09 and 0.05 nats") {
  // Logits of two tokens, of which the first comes next, with that loss.
  const auto losing = [](double nll) { return Variable(Tensor({1, 2}, {Real(-std::log(std::exp(nll) - 1)), 0})); };
  const auto score = [](double z) { return Variable(Tensor({1, 1}, {Real(z)})); };
  const IntTensor target(Shape{1}, {0});
  RouterConfig config;
  config.exit_cost = 0.02;
  const auto gates = [&](std::vector<double> nll) {
    const std::vector<Variable> logits{losing(nll[0]), losing(nll[1]), losing(nll[2])};
    // With such scores a gate that should go on loses nothing by the first sign, and 20 nats by the second.
    return [=](double first, double second) {
      return exit_losses(config, logits, std::vector{score(first), score(second)}, target).gates.value().item();
    };
  };
  CHECK(gates({2.10, 2.09, 0.05})(20, 20) == Approx(0).margin(1e-6));
  CHECK(gates({0.30, 0.29, 0.29})(-20, -20) == Approx(0).margin(1e-6));
  CHECK(2.09 + 0.02 == Approx(2.11));
  CHECK(0.05 + 0.04 == Approx(0.09));
  config.exit_loss = ExitLoss::expected;
  const std::vector<Variable> logits{losing(2.10), losing(2.09), losing(0.05)}, scores{score(std::log(3)), score(0)};
  CHECK(exit_losses(config, logits, scores, target).lm.value().item() == Approx(1.3275).margin(half_a_digit));
  CHECK(0.25 * 2.10 + 0.375 * 2.09 + 0.375 * 0.05 == Approx(1.3275));
}

TEST_CASE("chapter 7: a router of width 128 has 384 weights") {
  ModelConfig config;
  config.vocab_size = 100;
  config.sharing = Sharing::middle_cycle;
  config.n_recursions = 3;
  for (Routing routing : {Routing::expert_choice, Routing::token_choice}) {
    ModelConfig routed = config;
    routed.routing = routing;
    routed.resolve();
    CHECK(count_parameters(routed).routers == 384);
  }
}
