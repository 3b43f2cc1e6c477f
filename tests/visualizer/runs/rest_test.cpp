#include "visualizer/runs/rest.h"

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/files.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"

using namespace tinymor;

namespace {

std::vector<EvalMetrics> evals(const std::vector<double>& losses) {
  std::vector<EvalMetrics> out;
  for (double loss : losses) out.push_back({.step = int64_t(out.size()) * 50, .topk_loss = 9, .threshold_loss = loss});
  return out;
}

void plug(const std::filesystem::path& supplies, const std::string& name, const std::string& type, const char* online) {
  std::filesystem::create_directories(supplies / name);
  write_file_atomically(supplies / name / "type", type + "\n");
  write_file_atomically(supplies / name / "online", online);
}

}  // namespace

TEST_CASE("a plateau is five evaluations without a lower loss than the least before") {
  CHECK_FALSE(on_plateau({}));
  CHECK_FALSE(on_plateau(evals({2, 2, 2, 2, 2})));
  CHECK(on_plateau(evals({2, 2, 2, 2, 2, 2})));
  CHECK(on_plateau(evals({3, 2, 2.1, 2.4, 2.2, 2.3, 2})));
  CHECK_FALSE(on_plateau(evals({3, 2, 2.1, 2.4, 2.2, 2.3, 1.99})));
  CHECK_FALSE(on_plateau(evals({3, 2, 2.1, 2.4, 1.9, 2.3, 2.5})));
}

TEST_CASE("the held-out loss rises where two evaluations brought none below the least, since that one") {
  CHECK(rises_since({}) == std::nullopt);
  CHECK(rises_since(evals({3, 2, 2.1})) == std::nullopt);
  CHECK(rises_since(evals({3, 2, 2.1, 2.2})) == evals({3, 2})[1].step);
  CHECK(rises_since(evals({3, 2, 2.1, 2.2, 1.9})) == std::nullopt);
  std::vector<EvalMetrics> untrained = evals({1, 2, 2.1});
  untrained[0].step = 0;  // its loss does not count
  CHECK(rises_since(untrained) == std::nullopt);
}

TEST_CASE("a machine is on its battery where it has mains and none is plugged in") {
  const TemporaryFolder folder;
  CHECK_FALSE(on_battery(folder.path() / "nowhere"));
  CHECK_FALSE(on_battery(folder.path()));
  plug(folder.path(), "BAT0", "Battery", "0");
  CHECK_FALSE(on_battery(folder.path()));  // not told
  plug(folder.path(), "AC", "Mains", "0\n");
  CHECK(on_battery(folder.path()));
  plug(folder.path(), "AC2", "Mains", "1\n");
  CHECK_FALSE(on_battery(folder.path()));
}

TEST_CASE("a live run that learns no more pauses where that is wished, and stays unpaused when told to go on") {
  Recording recording = sample_recording();
  recording.evals = evals({3, 2, 2, 2, 2, 2, 2});
  for (const bool wished : {false, true}) {
    LiveSource source("live", std::make_unique<ScriptedRun>(recording), [] {});
    Headless window(source, 1280, 800);
    window.app().state().rest_on_plateau = wished;
    REQUIRE(wait_for(source, [&] { return source.history().evals.size() == 7; }));
    window.frames(2);
    CHECK((source.status() == RunStatus::pausing) == wished);
    CHECK(window.app().state().message.empty() != wished);
    source.resume();
    window.frames(3);
    CHECK(source.status() == RunStatus::training);
  }
}
