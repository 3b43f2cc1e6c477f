// The gradient of the whole training loss along a random direction, for every legal combination, against differences in
// double precision.

#include "support/catch.h"
#include "support/gradient_check.h"
#include "support/tiny_models.h"

using namespace tinymor;

namespace {

const std::vector<int32_t> kTokens{3, 6, 0, 6, 2, 1, 5, 5, 2, 4};

/// The routers that learn from the states without moving them; "" where there are none.
std::string watchers(const ModelConfig& config) {
  if (config.router.sampling == RouterSampling::aux_router) return "model.aux_routers.";
  return config.routing == Routing::exit_gate && config.router.exit_loss == ExitLoss::gain ? "model.routers." : "";
}

/// The part of the training loss that moves these parameters.
double loss_of(const Model& model, bool watching) {
  const IntTensor ids = int_tensor(kTokens);
  const ModelConfig& config = model.config();
  const Loss loss = training_loss(config, model.forward(ids, Rows::batch(1, ids.count())), next_tokens(kTokens));
  if (watching) return loss.aux;
  return double(loss.total.value().item()) - (watchers(config).empty() ? 0 : loss.aux);
}

void check_direction(Model& model, bool watching) {
  std::vector<Variable*> moved;
  const std::string watcher = watchers(model.config());
  for (Variable* parameter : model.parameters())
    if ((!watcher.empty() && parameter->name().starts_with(watcher)) == watching) moved.push_back(parameter);
  if (moved.empty()) return;
  const Slopes slopes = slopes_along_random_direction(moved, [&] { return loss_of(model, watching); });
  REQUIRE(slopes.numeric == Approx(slopes.analytic).epsilon(1e-5).margin(1e-6));
}

}  // namespace

TEST_CASE("every combination's gradient of the training loss agrees with differences") {
  for_each_combination([](const std::string& name, const ModelConfig& config) {
    INFO(name);
    Model model = opinionated_model(config, 3, 14);
    const IntTensor ids = int_tensor(kTokens);
    training_loss(config, model.forward(ids, Rows::batch(1, ids.count())), next_tokens(kTokens)).total.backward();
    check_direction(model, false);
    check_direction(model, true);
  });
}
