// The gradient of the whole training loss on images along a random direction, for every kind of routing, against
// differences in double precision.

#include "mor/vit.h"
#include "support/catch.h"
#include "support/gradient_check.h"
#include "support/tiny_models.h"

using namespace tinymor;

namespace {

void check_gradient(const ImageConfig& config, uint64_t seed) {
  ImageModel model(config, seed);
  give_opinions(model);
  const Tensor patches = random_tensor({3, 9, 4}, seed + 100, 0, 1);
  const IntTensor labels = int_tensor({2, 0, 3});
  const auto loss = [&] { return training_loss(model.config().model, model.forward(patches), labels).total; };
  loss().backward();
  const Slopes slopes =
      slopes_along_random_direction(model.parameters(), [&] { return double(loss().value().item()); });
  REQUIRE(slopes.numeric == Approx(slopes.analytic).epsilon(1e-5).margin(1e-6));
}

}  // namespace

TEST_CASE("the gradient of a model of images agrees with differences") {
  for (Routing routing : {Routing::none, Routing::expert_choice, Routing::token_choice})
    for (KvStrategy kv : {KvStrategy::recursion_wise, KvStrategy::shared})
      for (uint64_t seed = 1; seed <= 3; ++seed) {
        ImageConfig config{tiny_config(Sharing::middle_cycle, routing), 6, 2, 4};
        config.model.kv_cache = kv;
        config.model.router.aux_coeff = 0.3;
        config.model.router.z_coeff = 0.2;
        INFO(enum_name(routing) << " " << enum_name(kv) << " " << seed);
        check_gradient(config, seed);
      }
}
