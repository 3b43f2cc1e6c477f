#include "mor/experts.h"

#include <cmath>

#include "mor/counts.h"
#include "mor/model.h"
#include "support/catch.h"
#include "support/close.h"
#include "support/tiny_models.h"

using namespace tinymor;

namespace {

/// Three experts of one unit that write to the second number of a state of two. The gate reads the first: its logits
/// for a state (a, b) are 0, a and 2a.
Experts three_experts(ModelConfig& config, int64_t per_token) {
  config.d_model = 2;
  config.d_ff = 1;
  config = with_experts(config, per_token);
  Experts experts(config);
  experts.gate.mutable_value().copy_from(Tensor({3, 2}, {0, 0, 1, 0, 2, 0}));
  for (int e = 0; e < 3; ++e) {
    experts.each[size_t(e)].gate_proj.mutable_value().copy_from(Tensor({1, 2}, {0, 1}));
    experts.each[size_t(e)].up_proj.mutable_value().copy_from(Tensor({1, 2}, {0, 1}));
    experts.each[size_t(e)].down_proj.mutable_value().copy_from(Tensor({2, 1}, {0, Real(e + 1)}));
  }
  return experts;
}

/// What expert e says to (a, 1), before it is weighed.
double says(int e) {
  return (e + 1) / (1 + std::exp(-1.0));
}

Variable states(const std::vector<Real>& first) {
  std::vector<Real> numbers;
  for (Real a : first) numbers.push_back(a), numbers.push_back(1);
  return Variable(Tensor({int64_t(first.size()), 2}, numbers));
}

Tensor answers(const Experts& experts, const ModelConfig& config, const Variable& x, GateLosses* losses = nullptr) {
  return experts.forward(x, experts.choose(x, config), config, losses).value();
}

}  // namespace

TEST_CASE("a token goes through the experts with the largest p, which also weighs what they say") {
  ModelConfig config;
  const double e = std::exp(1.0), all = 1 + e + e * e;
  const Tensor one = answers(three_experts(config, 1), config, states({1, -1}));
  CHECK(one.at({0, 1}) == Approx(says(2) * e * e / all).epsilon(1e-5));
  CHECK(one.at({1, 1}) == Approx(says(0) * e * e / all).epsilon(1e-5));
  CHECK(one.at({0, 0}) == 0);
  const Tensor two = answers(three_experts(config, 2), config, states({1, -1}));
  CHECK(two.at({0, 1}) == Approx((says(2) * e * e + says(1) * e) / all).epsilon(1e-5));
  CHECK(two.at({1, 1}) == Approx((says(0) * e * e + says(1) * e) / all).epsilon(1e-5));
}

TEST_CASE("an expert that is full leaves out the tokens that come last, and second choices before first ones") {
  ModelConfig config;
  const Experts experts = three_experts(config, 2);
  config.expert_capacity = 1;  // eight choices of three experts: three tokens each
  // Three tokens choose expert 2 and then 1, the one before the last 0 and then 1.
  const Variable x = states({1, 1, -1, 1});
  const Tensor free = answers(experts, config, x);
  GateLosses losses{.limited = true, .balance = {}};
  const Tensor full = answers(experts, config, x, &losses);
  const double e = std::exp(1.0), all = 1 + e + e * e;
  for (int64_t t = 0; t < 3; ++t) CHECK(full.at({t, 1}) == free.at({t, 1}));
  CHECK(full.at({3, 1}) == Approx(says(2) * e * e / all).epsilon(1e-5));
  config.expert_capacity = 1e300;
  CHECK(worst_difference(answers(experts, config, x, &losses), free) == 0);
  config.expert_capacity = 1;
  losses.limited = false;
  CHECK(worst_difference(answers(experts, config, x, &losses), free) == 0);
}

TEST_CASE("the balance of a layer is 1 where experts are chosen equally often, and more where they are not") {
  ModelConfig config;
  const Experts experts = three_experts(config, 1);
  GateLosses even, uneven;
  answers(experts, config, states({0, 0, 0}), &even);  // p is even, so that it does not matter who is chosen
  CHECK(even.balance.value().item() == Approx(1).epsilon(1e-5));
  answers(experts, config, states({9, 9, 9}), &uneven);
  CHECK(uneven.balance.value().item() == Approx(3).epsilon(1e-3));
}

TEST_CASE("training adds the balance of every use of a layer, and takes notice of full experts") {
  ModelConfig config = with_experts(tiny_config());
  const Model model = opinionated_model(config);
  const auto tokens = random_tokens(16, 11, 4);
  const ForwardResult result = model.forward(int_tensor(tokens), Rows::batch(1, 16), {});
  const Loss loss = training_loss(config, result, next_tokens(tokens));
  CHECK(loss.experts >= double(config.n_layers) * 0.8);
  CHECK(loss.total.value().item() ==
        Approx(loss.lm + config.router.aux_coeff * loss.aux + config.expert_balance * loss.experts).epsilon(1e-5));
  config.expert_capacity = 0.5;
  Model limited(config, 0);
  limited.load_state_dict(model.state_dict());
  const auto logits = [&](const Model& of, int64_t step) {
    return of.forward(int_tensor(tokens), Rows::batch(1, 16), {.step = step}).logits.value();
  };
  CHECK(worst_difference(logits(limited, -1), logits(model, -1)) == 0);
  CHECK(worst_difference(logits(limited, 0), logits(model, 0)) > 1e-3);
}

TEST_CASE("experts cost the weights of all and the work of those that a token goes through") {
  const ModelConfig dense = tiny_config(Sharing::none, Routing::none), experts = with_experts(dense, 2);
  ModelConfig wide = dense;
  wide.d_ff *= 2;
  const int64_t gates = experts.n_layers * experts.n_experts * experts.d_model;
  CHECK(count_parameters(experts).layers ==
        count_parameters(dense).layers + gates + experts.n_layers * 2 * 3 * experts.d_model * experts.d_ff);
  CHECK(honest_flops_per_token(experts, 8) == Approx(honest_flops_per_token(wide, 8) + 2 * double(gates)));
  CHECK(paper_flops_per_token(experts, 8) == Approx(paper_flops_per_token(wide, 8) + 2 * double(gates)));
}
