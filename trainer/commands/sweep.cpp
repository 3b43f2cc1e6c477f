#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "datasets/corpus.h"
#include "datasets/utf8.h"
#include "tensor/cited.h"
#include "tensor/error.h"
#include "tensor/refusal.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/run_table.h"
#include "trainer/commands/terminal.h"
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
    value.erase(0, value.find_first_not_of(' '));
    value.erase(value.find_last_not_of(' ') + 1);
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

/// A run of the sweep.
struct Member {
  TrainingOptions options;
  std::string name;
  Config config = {};
  int64_t steps = 0;  ///< that it is to have; those that it was begun with, where only minutes say how many

  RunFolder folder() const { return {options.out}; }
};

/// The run with these values. Throws InputError when one of them is illegal, or does not count because another option
/// sets its key, too.
Member member(const Options& options, const std::vector<std::string>& sets) {
  Member m{options, fmt::format("{}", fmt::join(sets, " "))};
  m.options.sets.insert(m.options.sets.end(), sets.begin(), sets.end());
  std::string folder = m.name;
  std::replace(folder.begin(), folder.end(), '/', '-');
  m.options.out = (fs::path(options.out) / folder).string();
  Config& config = m.config = configured(m.options, options.config_file.empty() ? Config::defaults() : Config{});
  for (const std::string& set : sets) {
    Config again = config;
    set_config_key(again, set);
    check_input(again == config, "another option, or another --vary, sets this key as well (take out one)");
  }
  validate(config);
  m.steps = config.train.steps;
  if (!m.folder().has_run()) return m;
  const Config before = read_config(m.folder().config());
  if (options.minutes) m.steps = config.train.steps = before.train.steps;
  config.data.source = resolve_source(config.data.source);
  for (const std::string& key : changed_keys(config, before))
    check_input(key.starts_with("train.steps=") || key.starts_with("train.patience="),
                "{}: was trained otherwise: now {} (name another --out)", m.options.out, key);
  return m;
}

/// All runs, each checked before the first one trains.
std::vector<Member> members(const Options& options) {
  std::vector<Member> all;
  std::set<std::string> names;
  for (const auto& sets : combinations(options.vary)) {
    const std::string name = fmt::format("{}", fmt::join(sets, " "));
    try {
      check_input(names.insert(name).second, "is there twice (take out one)");
      check_input(name.size() < 200 && std::none_of(name.begin(), name.end(), is_control),
                  "cannot name a folder (use shorter values)");
      all.push_back(member(options, sets));
    } catch (const InputError& error) {
      throw InputError(fmt::format("--vary {}: {}", shortened(name), error.what()));
    }
  }
  return all;
}

/// Whether a run has all its steps, or was stopped because its held-out loss no longer fell.
bool has_ended(const Member& m) {
  if (!m.folder().has_run()) return false;
  const Run run = read_run(m.options.out);
  const int64_t patience = m.config.train.patience;
  const auto above = std::count_if(run.told.evals.begin(), run.told.evals.end(),
                                   [&](const EvalMetrics& e) { return e.step > run.best.step; });
  return run.step >= m.steps || (patience > 0 && run.judged() && above >= patience);
}

Resumption resumption(const Member& m) {
  return {.steps = m.steps, .sets = {fmt::format("train.patience={}", m.config.train.patience)}};
}

Trainer open(const Member& m) {
  const TrainingOptions& options = m.options;
  if (m.folder().has_run()) {
    TrainingOptions known = options;
    known.minutes.reset();
    return Trainer::resume(LockedFolder(options.out), resumption(m), cost_adviser(known),
                           token_progress(options.quiet));
  }
  return Trainer(m.config, run_folder(options), {}, cost_adviser(options), token_progress(options.quiet));
}

void sweep(const Options& options) {
  check_input(Ranks::all().count() == 1, "sweep: takes one process (leave out mpirun, or use it with train)");
  check_input(!options.out.empty(), "sweep: where to? (add --out FOLDER)");
  const std::vector<Member> all = members(options);
  std::vector<Run> done;
  int64_t failed = 0;
  for (const Member& m : all) {
    if (!options.quiet) tell(fmt::format("run {} of {}: {}", done.size() + 1, all.size(), m.name));
    try {
      if (!has_ended(m)) {
        Trainer trainer = open(m);
        if (train_with_progress(trainer, m.options) == Ended::interrupted)
          return tell("the sweep goes on from here with the same command");
      }
    } catch (const InputError&) {
      throw;
    } catch (const FullDisk&) {  // the same command goes on from here
      throw;
    } catch (const Error& error) {  // the others may do better
      ++failed;
      tell(error.what());
    }
    done.push_back(read_run(m.options.out));
  }
  if (options.json)
    print_json(as_json(done));
  else
    print_table(done);
  check(failed == 0, "sweep: {} of {} runs ended before their last step (see above)", failed, all.size());
}

}  // namespace

void add_sweep_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(
      app, "sweep", "Train a run for every combination of some values, one after another, and compare them",
      "tinymor sweep --vary train.lr=0.001,0.003 --vary model.n_recursions=2,3 --steps 200 --out runs/sweep");
  add_training_options(*command, *options, "(default: a small MoR model on the bundled stories)");
  command->get_option("--out")->description("Folder for the runs, each in a folder named after its values");
  command->get_option("--steps")->description("Steps of each run");
  command->add_option("--vary", options->vary, "A key and the values that it takes; may be given several times")
      ->required()
      ->allow_extra_args(false);
  command->callback([options] { sweep(*options); });
}

}  // namespace tinymor
