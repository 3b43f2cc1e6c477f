#include "trainer/commands/training.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "datasets/corpus.h"
#include "datasets/images.h"
#include "tensor/error.h"
#include "tensor/kernels/kernels.h"
#include "tensor/threads.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/limits.h"
#include "trainer/commands/terminal.h"
#include "trainer/experiments/run_cost.h"
#include "trainer/program.h"

namespace tinymor {
namespace {

Control control;

void on_interrupt(int) {
  control.stop();
  std::signal(SIGINT, SIG_DFL);
}

/// While it lives, Ctrl-C, SIGTERM and a terminal that is closed stop `control` instead of the program; a second Ctrl-C
/// ends the program at once.
class Interruptible {
 public:
  Interruptible() {
    for (auto& [signal, before] : handlers_) before = std::signal(signal, on_interrupt);
    if (handlers_[2].before == SIG_IGN) std::signal(SIGHUP, SIG_IGN);  // as nohup asks for
  }
  ~Interruptible() {
    for (const auto& [signal, before] : handlers_) std::signal(signal, before);
  }

 private:
  struct Handler {
    int signal;
    void (*before)(int);
  };
  Handler handlers_[3] = {{SIGINT, SIG_DFL}, {SIGTERM, SIG_DFL}, {SIGHUP, SIG_DFL}};
};

/// Reads CONFIG over `base`. People may name a text there that belongs after --data.
Config named_config(const std::string& file, Config base) {
  try {
    return read_config(file, std::move(base));
  } catch (const InputError&) {
    const bool data = names_images(file) || is_source(file);
    if (!data || std::filesystem::path(file).extension() == ".toml") throw;
    throw InputError(
        fmt::format("{}: is not a TOML configuration (to train on it, write --data {})", file, shell_path(file)));
  }
}

/// `known`: what the model tells apart; `command`: the subcommand of its kind; `next`: what to do with a finished run.
void train_with_progress(TrainingLoop& run, bool quiet, const char* known, const char* command,
                         const std::string& next) {
  const std::string& out = run.run_folder();
  const std::string resume = fmt::format("{} {} --resume --out {}", program(), command, shell_path(out));
  const int64_t steps = run.config().train.steps, left = steps - run.step();
  const auto tell = [&](const std::string& text) {
    if (!quiet) tinymor::tell(text);
  };
  if (left <= 0)
    return tell(
        fmt::format("{} is already at step {}: there is nothing left to train (to train further: {} --steps {})", out,
                    run.step(), resume, 2 * run.step()));
  for (const std::string& note : run.notes()) tell(note);
  tell(fmt::format("{} parameters, {} {}; {} steps into {} ({}, {} threads)", run.parameter_count(),
                   run.config().model.vocab_size, known, left, out, kernels::level_name(), thread_count()));
  std::optional<ProgressBar> bar;
  if (!quiet) run.add_observer(bar.emplace(run.step(), steps, run.best()));
  {
    const Interruptible stops;
    run.run(&control);
  }
  bar.reset();
  tell(run.step() < steps ? fmt::format("stopped and saved at step {}; go on with: {}", run.step(), resume)
                          : fmt::format("done: {}; {}", out, next));
}

}  // namespace

void add_training_options(CLI::App& command, TrainingOptions& options, const std::string& otherwise) {
  command.add_option("CONFIG", options.config_file, "Configuration file in TOML " + otherwise);
  command.add_option("--set", options.sets, "Change one key: table.key=value, or key=value")->allow_extra_args(false);
  command.add_option("--data", options.data, "Bundled data set, text file or folder of text files")->check(not_empty());
  command.add_option("--out", options.out, "Run folder (default: the first unused runs/run-N)")->check(not_empty());
  command.add_option("--steps", options.steps, "Steps to train, those already done included");
  command.add_option("--seed", options.seed, "Seed of weights and batches (default: train.seed, 1 unless it is set)");
  command.add_flag("--quiet", options.quiet, "Print nothing but errors");
  command.add_flag("--json", options.json, "Print one JSON document");
  add_threads_option(command);
}

Config configured(const TrainingOptions& options, Config base) {
  Config config = options.config_file.empty() ? std::move(base) : named_config(options.config_file, std::move(base));
  for (const std::string& set : options.sets) set_config_key(config, set);
  if (!options.data.empty()) config.data.source = options.data;
  if (options.steps) config.train.steps = *options.steps;
  if (options.seed) config.train.seed = *options.seed;
  return config;
}

LockedFolder run_folder(const TrainingOptions& options) {
  return options.out.empty() ? LockedFolder::first_unused("runs/run") : LockedFolder(options.out);
}

LockedFolder resumed_folder(const TrainingOptions& options) {
  check_input(!options.out.empty(), "--resume: which run? (add --out RUN)");
  check_input(RunFolder{options.out}.has_run(), "{}: holds no run to go on with (leave out --resume to start one)",
              options.out);
  return LockedFolder(options.out);
}

Resumption resumption(const TrainingOptions& options) {
  check_input(options.config_file.empty(),
              "--resume: a resumed run keeps its configuration (leave out {}; --set can change keys of [train])",
              options.config_file);
  Resumption changes{.steps = options.steps, .sets = options.sets, .data = options.data};
  if (options.seed) changes.sets.push_back(fmt::format("train.seed={}", *options.seed));
  return changes;
}

Beforehand cost_adviser(const TrainingOptions& options) {
  if (options.quiet) return {};
  return [](const Config& config, int64_t steps) {
    const std::string text = advice(config, steps);
    if (!text.empty()) tell(text);
  };
}

nlohmann::ordered_json summary(const TrainingLoop& run) {
  nlohmann::ordered_json document{{"run", run.run_folder()},
                                  {"parameters", run.parameter_count()},
                                  {"step", run.step()},
                                  {"steps", run.config().train.steps},
                                  {"best", nullptr}};
  const Best best = run.best();
  if (best.step > 0) document["best"] = {{"step", best.step}, {"loss", best.loss}};
  return document;
}

void train_with_progress(Trainer& trainer, const TrainingOptions& options) {
  const std::string& out = trainer.run_folder();
  train_with_progress(trainer, options.quiet, "tokens in the vocabulary", "train",
                      fmt::format("try: {} generate {} --prompt \"...\"", program(), shell_path(out)));
  if (!options.json) return;
  nlohmann::ordered_json document = summary(trainer);
  document["vocab_size"] = trainer.config().model.vocab_size;
  print_json(document);
}

void train_with_progress(ImageTrainer& trainer, const TrainingOptions& options) {
  train_with_progress(trainer, options.quiet, "classes", "images",
                      fmt::format("judge it again with: {0} images --eval {2}; see it with: {1} {2}", program(),
                                  program("tinymor-viz"), shell_path(trainer.run_folder())));
}

}  // namespace tinymor
