#include "trainer/experiments/rivals.h"

#include <set>

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"
#include "trainer/loop/run_folder.h"

using namespace tinymor;

TEST_CASE("slow: every rival is trained once for its FLOPs, judged the same again, and costs what it says") {
  const TemporaryFolder folder;
  const RivalsOptions options{.folder = folder.path(), .steps = 4, .seeds = 1, .max_windows = 8};
  const std::vector<RivalOutcome> first = measure_rivals(options);
  REQUIRE(first.size() == rivals().size());
  const auto runs = [&] {
    std::set<std::pair<std::string, std::filesystem::file_time_type>> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
      all.emplace(entry.path().filename().string(), last_write_time(entry.path() / "model.safetensors"));
    return all;
  };
  const auto before = runs();
  const std::vector<RivalOutcome> again = measure_rivals(options);
  CHECK(runs() == before);
  const auto named = [&](const std::string& name) {
    for (const RivalOutcome& outcome : first)
      if (outcome.name == name) return outcome;
    FAIL(name);
    return first[0];
  };
  for (size_t i = 0; i < first.size(); ++i) CHECK(again[i].losses == first[i].losses);
  const RivalOutcome vanilla = named("vanilla");
  CHECK(vanilla.layers_per_token == 8);
  CHECK(named("6 layers").layers_per_token == 6);
  CHECK(named("recursive").layers_per_token == 8);
  CHECK(named("vanilla, half of the weights 0").weight_bytes == vanilla.weight_bytes);
  CHECK(named("vanilla, half of the units").weight_bytes < vanilla.weight_bytes);
  CHECK(named("vanilla, int8").weight_bytes < vanilla.weight_bytes / 3);
  CHECK(named("vanilla, int4").weight_bytes < named("vanilla, int8").weight_bytes);
  CHECK(named("MoR").weight_bytes < named("recursive, relaxed").weight_bytes);
  // A cheaper model takes more steps, a taught one fewer than the same without a teacher.
  CHECK(std::filesystem::exists(folder.path() / "6-layers-5-1"));
  CHECK(std::filesystem::exists(folder.path() / "6-layers-taught-4-1"));
}

TEST_CASE("a rival that there is not is refused") {
  CHECK_THROWS_AS(measure_rivals({.folder = "x", .only = "magic"}), InputError);
}
