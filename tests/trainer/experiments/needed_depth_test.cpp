#include "trainer/experiments/needed_depth.h"

#include <cmath>
#include <set>

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"

using namespace tinymor;

TEST_CASE("slow: a model of the hops is trained once, and judged the same the next time") {
  const TemporaryFolder folder;
  NeededDepthOptions options{.folder = folder.path(), .steps = 3, .seeds = 1, .only = "3 passes"};
  const auto judged = [&] {
    const std::vector<DepthFoundBySeed> all = measure_needed_depth(options);
    REQUIRE(all.size() == 1);
    REQUIRE(all[0].seeds.size() == 1);
    return all[0].seeds[0];
  };
  const DepthFound first = judged();
  const auto run = folder.path() / "hops" / "3-passes-3-1" / "trainer.safetensors";
  const auto trained = std::filesystem::last_write_time(run);
  const DepthFound again = judged();
  CHECK(std::filesystem::last_write_time(run) == trained);
  CHECK(again.right == first.right);
  for (double share : first.right) CHECK((share >= 0 && share < 0.5));
  for (double depth : first.depth) CHECK(depth == 3);
  CHECK(first.depth_elsewhere == 3);
  CHECK(first.mean_depth == 3);
  CHECK(first.enough == 1);
  CHECK(std::isnan(first.correlation));
  options.only = "4 passes";
  CHECK_THROWS_AS(measure_needed_depth(options), InputError);
}

TEST_CASE("the models of the hops are all legal, have one layer, and each has a name of its own") {
  std::set<std::string> names;
  for (const Variant& variant : hops_variants()) {
    const Config config = hops_config(variant);
    CHECK(config.model.n_layers == config.model.n_recursions);
    names.insert(variant.name);
  }
  CHECK(names.size() == hops_variants().size());
}
