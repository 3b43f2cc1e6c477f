#include "trainer/experiments/rivals.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "trainer/commands/commands.h"
#include "trainer/commands/limits.h"
#include "trainer/program.h"

namespace tinymor {
namespace {

void print(const std::vector<RivalOutcome>& outcomes) {
  fmt::print("| model | loss | kB of weights | layers per token | tokens/s |\n|---|---|---|---|---|\n");
  for (const RivalOutcome& outcome : outcomes) {
    const Spread loss = spread_of(outcome.losses);
    fmt::print("| {} | {:.3f} ± {:.3f} | {:.0f} | {:.2f} | {:.0f} |\n", outcome.name, loss.mean, loss.deviation,
               double(outcome.weight_bytes) / 1e3, outcome.layers_per_token, outcome.tokens_per_s);
  }
}

nlohmann::ordered_json facts(const std::vector<RivalOutcome>& outcomes) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const RivalOutcome& outcome : outcomes) {
    const Spread loss = spread_of(outcome.losses);
    all.push_back({{"model", outcome.name},
                   {"loss", {{"mean", loss.mean}, {"spread", loss.deviation}}},
                   {"weight_bytes", outcome.weight_bytes},
                   {"layers_per_token", outcome.layers_per_token},
                   {"tokens_per_s", outcome.tokens_per_s}});
  }
  return all;
}

}  // namespace

void add_rivals_bench(CLI::App& bench) {
  struct Options : RivalsOptions {
    bool json = false, quiet = false;
  };
  auto options = std::make_shared<Options>();
  options->folder = "runs/rivals";
  CLI::App* command =
      add_command(bench, "rivals", "Train models that spend less in other ways, for the same FLOPs, and compare them",
                  "tinymor bench rivals --out runs/rivals\ntinymor bench rivals --seeds 1 --steps 300");
  command->add_option("--out", options->folder, "Folder for the runs; complete ones are used again")
      ->capture_default_str();
  command->add_option("--steps", options->steps, "Training steps of the vanilla model")
      ->check(at_least(1))
      ->capture_default_str();
  command->add_option("--seeds", options->seeds, "Seeds per model")->check(at_least(1))->capture_default_str();
  command->add_option("--only", options->only, "Only this one of its models, by its name in the table");
  command->add_flag("--quiet", options->quiet, "Print nothing but the results");
  command->add_flag("--json", options->json, "Print one JSON document");
  add_threads_option(*command);
  command->callback([options] {
    if (!options->quiet) options->progress = tell;
    const std::vector<RivalOutcome> outcomes = measure_rivals(*options);
    if (options->json) return print_json(facts(outcomes), 2);
    print(outcomes);
  });
}

}  // namespace tinymor
