#include "mor/sharing.h"

#include <set>

#include "mor/counts.h"
#include "support/catch.h"
#include "support/tiny_models.h"

using namespace tinymor;
using Map = std::vector<int64_t>;

namespace {

LayerMap map_of(Sharing sharing, int64_t layers, int64_t recursions) {
  ModelConfig config;
  config.sharing = sharing;
  config.n_layers = layers;
  config.n_recursions = recursions;
  return layer_map(config);
}

}  // namespace

TEST_CASE("layer maps are those of the paper's table 1") {
  CHECK(map_of(Sharing::none, 4, 1).weights == Map{0, 1, 2, 3});
  CHECK(map_of(Sharing::cycle, 9, 3).weights == Map{0, 1, 2, 0, 1, 2, 0, 1, 2});
  CHECK(map_of(Sharing::sequence, 9, 3).weights == Map{0, 0, 0, 1, 1, 1, 2, 2, 2});
  CHECK(map_of(Sharing::middle_cycle, 8, 3).weights == Map{0, 1, 2, 1, 2, 1, 2, 3});
  CHECK(map_of(Sharing::middle_sequence, 8, 3).weights == Map{0, 1, 1, 1, 2, 2, 2, 3});
}

TEST_CASE("prelude, recursions of the block and coda cover every layer once") {
  for (Sharing sharing :
       {Sharing::none, Sharing::cycle, Sharing::sequence, Sharing::middle_cycle, Sharing::middle_sequence}) {
    const LayerMap map = map_of(sharing, 14, sharing == Sharing::none ? 1 : 2);
    CHECK(map.prelude + map.block * map.recursions + map.coda == 14);
    CHECK(std::set<int64_t>(map.weights.begin(), map.weights.end()).size() == size_t(map.unique));
  }
}

TEST_CASE("parameter counts are the reference's, and the model's own") {
  ModelConfig config;
  config.vocab_size = 256;
  config.d_model = 64;
  config.n_heads = 4;
  config.n_kv_heads = 2;
  config.d_ff = 192;
  config.n_layers = 5;
  CHECK(count_parameters(config).total() == 262848);
  CHECK(Model(config, 1).parameter_count() == 262848);
  config.sharing = Sharing::middle_cycle;
  config.n_recursions = 3;
  CHECK(count_parameters(config).total() == 164288);
  CHECK(Model(config, 1).parameter_count() == 164288);
  config.routing = Routing::expert_choice;
  CHECK(Model(config, 1).parameter_count() == 164288 + 3 * 64);
  config.tie_embeddings = false;
  CHECK(Model(config, 1).parameter_count() == 164288 + 3 * 64 + 256 * 64);
}

TEST_CASE("unique non-embedding parameters of the paper's sizes") {
  ModelConfig config = paper_360m();
  CHECK(count_parameters(config).embedding == 47185920);
  CHECK(double(count_parameters(config).layers) / 1e6 == Approx(314.6).margin(0.05));
  config.sharing = Sharing::middle_cycle;
  config.n_recursions = 2;
  CHECK(count_parameters(config).layers == 167150400);
  config.n_recursions = 3;
  CHECK(double(count_parameters(config).layers) / 1e6 == Approx(118.0).margin(0.05));
  config.n_recursions = 4;
  config.n_layers = 34;
  CHECK(double(count_parameters(config).layers) / 1e6 == Approx(98.3).margin(0.05));
}
