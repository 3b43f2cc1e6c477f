#include "visualizer/views/run_facts.h"

#include <cmath>

#include "mor/counts.h"
#include "support/catch.h"
#include "visualizer/runs/recording_source.h"
#include "visualizer/sample_run.h"
#include "visualizer/views/standing.h"

using namespace tinymor;

namespace {

/// A run with a held-out loss at each of these steps; a step takes `seconds`.
Recording evaluated(std::vector<std::pair<int64_t, double>> losses, double seconds = 0.1, int recursions = 3) {
  SampleRun sample;
  sample.steps = 100;
  sample.recursions = recursions;
  Recording run = sample_recording(sample);
  run.evals.clear();
  for (const auto& [step, loss] : losses) run.evals.push_back({step, loss, loss, 2});
  for (StepMetrics& m : run.steps) m.seconds = double(m.step) * seconds;
  return run;
}

RunFacts loss_only(std::string name, double loss) {
  RunFacts facts{std::move(name), ""};
  facts.loss = loss;
  facts.layers = facts.parameters = facts.kv_bytes = facts.speed = std::nan("");
  return facts;
}

}  // namespace

TEST_CASE("the facts of a run are those of its newest evaluation, or of the last one up to a step") {
  const RecordingSource run("folder/mine", evaluated({{0, 6}, {50, 3}, {100, 2}}));
  const RunFacts newest = facts_of(run), before = facts_of(run, 70);
  CHECK(newest.name == "mine");
  CHECK(newest.model == "MoR, expert_choice, middle_cycle x 3");
  CHECK(newest.loss == 2);
  CHECK(newest.step == 100);
  CHECK(newest.newest);
  CHECK(before.loss == 3);
  CHECK(before.step == 70);
  CHECK_FALSE(before.newest);
  CHECK(newest.layers == layers_per_token(run.geometry().model, 2));
  CHECK(newest.parameters == double(count_parameters(run.geometry().model).total()));
  CHECK(newest.kv_bytes == kv_bytes_per_token(run.geometry().model, KvStrategy::recursion_wise));
  CHECK(newest.speed == Approx(18900).margin(600));
}

TEST_CASE("what is not known of a run is not a number") {
  const RunFacts none = facts_of(RecordingSource("none", Recording()));
  CHECK(none.model.empty());
  for (const double value : {none.loss, none.layers, none.parameters, none.kv_bytes, none.speed})
    CHECK(std::isnan(value));
  const RunFacts images = facts_of(RecordingSource("images", sample_images()));
  CHECK(std::isnan(images.parameters));
  CHECK(images.loss == 1);
}

TEST_CASE("a run has diverged from the first of the last steps whose loss or gradient is not a number") {
  const double none = std::nan("");
  const struct {
    std::vector<std::pair<double, double>> steps;  ///< Loss and norm of the gradient.
    double held_out;
    std::optional<int64_t> from;
  } cases[] = {{{{6, 1}, {5, 1}}, 5, {}},
               {{{6, 1}, {none, 1}, {5, 1}}, 5, {}},  // it recovered
               {{{6, 1}, {5, none}}, 5, 2},
               {{{6, 1}, {5, none}, {none, 0}}, 5, 2},
               {{{6, 1}, {5, 1}}, none, 2}};
  for (const auto& each : cases) {
    Recording recording = evaluated({{0, 6}, {2, each.held_out}});
    recording.steps.clear();
    for (const auto& [loss, norm] : each.steps) {
      StepMetrics m;
      m.step = int64_t(recording.steps.size()) + 1;
      m.loss = loss, m.grad_norm = norm;
      recording.steps.push_back(m);
    }
    const RecordingSource run("run", std::move(recording));
    CHECK(diverged_at(run.history()) == each.from);
    CHECK(facts_of(run).diverged == each.from);
    CHECK(std::isnan(facts_of(run).loss) == each.from.has_value());
    CHECK(facts_of(run, 0).loss == 6);
  }
}

TEST_CASE("a run that diverged has no place in a standing, and does not hold up the others") {
  Recording broken = evaluated({{0, 6}});
  broken.steps.back().loss = std::nan("");
  const RecordingSource a("a", evaluated({{0, 6}, {100, 2}})), b("b", evaluated({{0, 6}, {100, 3}})),
      gone("gone", std::move(broken));
  const std::vector<Standing> all = standings({&gone, &a, &b});
  REQUIRE(all.size() == 3);
  CHECK(all[0].place == 100);
  CHECK(all[0].leader == 1);
  CHECK(std::isnan(all[0].losses[0]));
  CHECK(standings({&gone, &a}).empty());
}

TEST_CASE("a run that is compared before its last step, while its learning rate comes down later, is named") {
  const auto planned = [](Recording run, const char* train) {
    run.config_toml += train;
    return run;
  };
  const RecordingSource done("done", planned(evaluated({{0, 6}, {100, 2}}), "\n[train]\nsteps = 100\n")),
      longer("longer", planned(evaluated({{0, 6}, {100, 3}}), "\n[train]\nsteps = 900\n")),
      constant("constant", planned(evaluated({{0, 6}, {100, 3}}), "\n[train]\nsteps = 900\nschedule = \"constant\"\n"));
  for (const Standing& standing : standings({&done, &longer, &constant}))
    CHECK(standing.cooling == std::vector<size_t>{1});
}

TEST_CASE("runs are sorted by any number, and what is not known comes last in both directions") {
  const std::vector<RunFacts> runs = {loss_only("c", 3), loss_only("a", std::nan("")), loss_only("b", 1)};
  using Places = std::vector<size_t>;
  CHECK(sorted(runs, {}) == Places{0, 1, 2});
  CHECK(sorted(runs, {RunColumn::opened, true}) == Places{2, 1, 0});
  CHECK(sorted(runs, {RunColumn::name}) == Places{1, 2, 0});
  CHECK(sorted(runs, {RunColumn::loss}) == Places{2, 0, 1});
  CHECK(sorted(runs, {RunColumn::loss, true}) == Places{0, 2, 1});
}

TEST_CASE("runs stand at the place of the one that has come least far, on the line between evaluations") {
  const RecordingSource far("far", evaluated({{0, 6}, {50, 3}, {100, 2}})), slow("slow", evaluated({{0, 6}, {75, 4}}));
  CHECK(held_out_loss(far, CurveAxis::steps, 75) == Approx(2.5));
  CHECK(held_out_loss(far, CurveAxis::steps, 100) == 2);
  CHECK(std::isnan(held_out_loss(far, CurveAxis::steps, 101)));
  const std::vector<Standing> all = standings({&far, &slow});
  REQUIRE(all.size() == 3);
  CHECK(all[0].axis == CurveAxis::steps);
  CHECK(all[0].place == 75);
  CHECK(all[0].losses[0] == Approx(2.5));
  CHECK(all[0].losses[1] == 4);
  CHECK(all[0].leader == 0);
  CHECK(all[0].second == 1);
  CHECK(all[0].lead == Approx(1.5));
  CHECK_FALSE(all[0].too_close);
}

TEST_CASE("who leads at the same steps may be behind in the same time and for the same compute") {
  const RecordingSource quick("quick", evaluated({{0, 6}, {100, 4}}, 0.1, 2)),
      slow("slow", evaluated({{0, 6}, {100, 3.9}}, 0.2));
  const std::vector<Standing> all = standings({&quick, &slow});
  REQUIRE(all.size() == 3);
  CHECK(all[0].leader == 1);
  CHECK(all[1].axis == CurveAxis::flops);
  CHECK(all[1].leader == 0);
  CHECK(all[2].axis == CurveAxis::seconds);
  CHECK(all[2].place == Approx(10));
  CHECK(all[2].leader == 0);
}

TEST_CASE("a lead that another seed can turn round is too close to call, and one run alone has no standing") {
  const RecordingSource one("one", evaluated({{50, 3}})), near("near", evaluated({{50, 3.03}})),
      far("far", evaluated({{50, 3.05}})), none("none", evaluated({}));
  CHECK(standings({&one, &near}).front().too_close);
  CHECK_FALSE(standings({&one, &far}).front().too_close);
  CHECK(standings({&one}).empty());
  CHECK(standings({&one, &none}).empty());
}
