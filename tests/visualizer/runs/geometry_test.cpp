#include "visualizer/runs/geometry.h"

#include "support/catch.h"

using namespace tinymor;

namespace {

Geometry geometry_with(int64_t layers, Sharing sharing, int64_t recursions) {
  ModelConfig config;
  config.n_layers = layers;
  config.sharing = sharing;
  config.n_recursions = recursions;
  config.routing = recursions > 1 ? Routing::expert_choice : Routing::none;
  return geometry_of(config);
}

}  // namespace

TEST_CASE("capacities that a configuration leaves out are those of the paper") {
  const std::vector<double> capacity = geometry_with(8, Sharing::middle_cycle, 3).capacity;
  REQUIRE(capacity.size() == 3);
  CHECK(capacity[0] == 1);
  CHECK(capacity[1] == Approx(2.0 / 3));
  CHECK(capacity[2] == Approx(1.0 / 3));
}

TEST_CASE("a block is called by its recursion where it is repeated, and by its layers where it is not") {
  CHECK(block_name(geometry_with(8, Sharing::middle_cycle, 3), 2) == "recursion 2");
  CHECK(block_name(geometry_with(6, Sharing::none, 1), 1) == "all layers");
  CHECK(all_layers(geometry_with(8, Sharing::none, 1)) == "all 8 layers");
  CHECK(all_layers(geometry_with(1, Sharing::none, 1)) == "the one layer");
  CHECK(all_layers(Geometry()) == "all layers");
}
