#include "mor/twins.h"

#include "mor/counts.h"
#include "mor/sharing.h"
#include "support/catch.h"
#include "support/tiny_models.h"
#include "tensor/error.h"

using namespace tinymor;

namespace {

/// What twins have in common: everything but sharing, routing and cache.
ModelConfig sizes_of(ModelConfig config) {
  config.sharing = Sharing::none;
  config.n_recursions = 1;
  config.routing = Routing::none;
  config.kv_cache = KvStrategy::recursion_wise;
  config.kv_sharing = Sharing::none;
  config.kv_sharing_factor = 1;
  config.recursion_encoding = RecursionEncoding::none;
  config.own_norms = false;
  config.lora_rank = 0;
  config.router = {};
  return config;
}

ModelConfig mor_360m(int64_t recursions, int64_t layers) {
  ModelConfig config = paper_360m();
  config.n_layers = layers;
  config.sharing = Sharing::middle_cycle;
  config.n_recursions = recursions;
  config.routing = Routing::expert_choice;
  config.resolve();
  return config;
}

}  // namespace

TEST_CASE("the vanilla twin has the same sizes, shares nothing, routes nothing and is legal") {
  for (const auto& [name, config] : tiny_configs()) {
    INFO(name);
    ModelConfig twin = vanilla_twin(config);
    CHECK(twin == sizes_of(config));
    CHECK_NOTHROW(twin.resolve());
    CHECK(layer_map(twin).unique == config.n_layers);
    CHECK(Model(twin, 1).parameter_count() == count_parameters(twin).total());
  }
}

TEST_CASE(
    "what uses of shared weights have of their own stays in a recursive twin, and a vanilla twin has none of it") {
  for_each_combination([](const std::string& name, const ModelConfig& config) {
    INFO(name);
    REQUIRE(vanilla_twin(config) == sizes_of(config));
    if (config.sharing == Sharing::none) return;
    const ModelConfig twin = recursive_twin(config);
    REQUIRE(twin.is_relaxed() == config.is_relaxed());
    REQUIRE(count_parameters(twin).layers == count_parameters(config).layers);
  });
}

TEST_CASE("the recursive twin has the same layer map, no routers and is legal") {
  for (const auto& [name, config] : tiny_configs()) {
    INFO(name);
    if (config.sharing == Sharing::none) continue;
    ModelConfig twin = recursive_twin(config);
    CHECK_NOTHROW(twin.resolve());
    CHECK(sizes_of(twin) == sizes_of(config));
    CHECK(layer_map(twin).weights == layer_map(config).weights);
    CHECK(twin.routing == Routing::none);
    CHECK(count_parameters(twin).total() == count_parameters(config).total() - count_parameters(config).routers);
    CHECK(recursive_twin(twin) == twin);
  }
}

TEST_CASE("the recursive twin keeps a shared cache and gives up a hybrid one, and the vanilla twin has neither") {
  ModelConfig config = tiny_config();
  config.kv_cache = KvStrategy::shared;
  CHECK(recursive_twin(config).kv_cache == KvStrategy::shared);
  CHECK(vanilla_twin(config).kv_cache == KvStrategy::recursion_wise);
  config.kv_cache = KvStrategy::hybrid;
  CHECK(recursive_twin(config).kv_cache == KvStrategy::recursion_wise);
}

TEST_CASE("a vanilla configuration has no recursive twin, and says so") {
  CHECK_THROWS_AS(recursive_twin(tiny_config(Sharing::none, Routing::none)), InputError);
}

TEST_CASE("steps of equal FLOPs are those of the paper's released configurations") {
  const auto steps = [](const ModelConfig& config, const ModelConfig& twin, int64_t n) {
    return steps_of_equal_flops(config, twin, n);
  };
  const ModelConfig two = mor_360m(2, 32), three = mor_360m(3, 32), four = mor_360m(4, 34);
  CHECK(steps(two, vanilla_twin(two), 12619) == 9438);
  CHECK(steps(three, vanilla_twin(three), 14160) == 9438);
  CHECK(steps(four, recursive_twin(four), 14216) == 8883);
  CHECK(steps(recursive_twin(two), vanilla_twin(two), 7) == 7);
  CHECK(steps(four, vanilla_twin(four), 1) == 1);
}
