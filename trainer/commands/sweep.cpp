#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "tensor/error.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/run_table.h"
#include "trainer/commands/training.h"
#include "trainer/loop/ranks.h"
#include "trainer/program.h"

namespace tinymor {
namespace {

namespace fs = std::filesystem;

struct Options : TrainingOptions {
  std::vector<std::string> vary;
};

/// A key and the values that it takes: "train.lr=0.001,0.003" has two. A comma within brackets belongs to a value.
std::vector<std::string> assignments_of(const std::string& vary) {
  const size_t equals = vary.find('=');
  check_input(equals != std::string::npos && equals > 0 && equals + 1 < vary.size(),
              "--vary {}: is no key with values (as in --vary train.lr=0.001,0.003)", vary);
  std::vector<std::string> values{""};
  int depth = 0;
  for (const char c : vary.substr(equals + 1)) {
    depth += (c == '[') - (c == ']');
    if (c == ',' && depth == 0)
      values.emplace_back();
    else
      values.back() += c;
  }
  for (std::string& value : values) {
    check_input(!value.empty(), "--vary {}: has an empty value (take out a comma)", vary);
    value = vary.substr(0, equals + 1) + value;
  }
  return values;
}

/// Every combination of a value per key; the last key changes fastest.
std::vector<std::vector<std::string>> combinations(const std::vector<std::string>& varied) {
  std::vector<std::vector<std::string>> all{{}};
  for (const std::string& vary : varied) {
    std::vector<std::vector<std::string>> longer;
    for (const auto& so_far : all)
      for (const std::string& assignment : assignments_of(vary)) {
        longer.push_back(so_far);
        longer.back().push_back(assignment);
      }
    all = std::move(longer);
  }
  return all;
}

Trainer open(const TrainingOptions& options) {
  if (RunFolder{options.out}.has_run())
    return Trainer::resume(LockedFolder(options.out), {.steps = options.steps}, cost_adviser(options));
  const Config base = options.config_file.empty() ? Config::defaults() : Config{};
  return Trainer(configured(options, base), run_folder(options), {}, cost_adviser(options));
}

void sweep(const Options& options) {
  check_input(Ranks::all().count() == 1, "sweep: takes one process (leave out mpirun, or use it with train)");
  check_input(!options.out.empty(), "sweep: where to? (add --out FOLDER)");
  const auto all = combinations(options.vary);
  std::vector<Run> done;
  for (const auto& sets : all) {
    TrainingOptions one = options;
    one.sets.insert(one.sets.end(), sets.begin(), sets.end());
    std::string name = fmt::format("{}", fmt::join(sets, " "));
    std::replace(name.begin(), name.end(), '/', '-');
    one.out = (fs::path(options.out) / name).string();
    if (!options.quiet) tell(fmt::format("run {} of {}: {}", done.size() + 1, all.size(), name));
    Trainer trainer = open(one);
    if (train_with_progress(trainer, one) == Ended::interrupted)
      return tell("the sweep goes on from here with the same command");
    done.push_back(read_run(one.out));
  }
  if (!options.json) return print_table(done);
  nlohmann::ordered_json document = nlohmann::json::array();
  for (const Run& run : done) document.push_back(as_json(run));
  print_json(document);
}

}  // namespace

void add_sweep_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(
      app, "sweep", "Train a run for every combination of some values, one after another, and compare them",
      "tinymor sweep --vary train.lr=0.001,0.003 --vary model.n_recursions=2,3 --steps 200 --out runs/sweep");
  add_training_options(*command, *options, "(default: a small MoR model on the bundled stories)");
  command->get_option("--out")->description("Folder for the runs, each in a folder named after its values");
  command->add_option("--vary", options->vary, "A key and the values that it takes; may be given several times")
      ->required()
      ->allow_extra_args(false);
  command->callback([options] { sweep(*options); });
}

}  // namespace tinymor
