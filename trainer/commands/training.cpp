#include "trainer/commands/training.h"

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "tensor/error.h"
#include "tensor/kernels/kernels.h"
#include "tensor/threads.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/terminal.h"

namespace tinymor {
namespace {

Control control;

void on_interrupt(int) {
  control.stop();
  std::signal(SIGINT, SIG_DFL);
}

/// `known`: what the model tells apart; `command`: which goes on with the run; `next`: what to do with a finished one.
void train_with_progress(TrainingLoop& run, bool quiet, const char* known, const char* command,
                         const std::string& next) {
  const std::string& out = run.run_folder();
  const int64_t steps = run.config().train.steps;
  for (const std::string& note : run.notes())
    if (!quiet) fmt::print(stderr, "{}\n", note);
  if (!quiet)
    fmt::print(stderr, "{} parameters, {} {}; {} steps into {} ({}, {} threads)\n", run.parameter_count(),
               run.config().model.vocab_size, known, steps - std::min(steps, run.step()), out, kernels::level_name(),
               thread_count());
  std::optional<ProgressBar> bar;
  if (!quiet) run.add_observer(bar.emplace(run.step(), steps));
  run.run(&interruptible());
  bar.reset();
  if (quiet) return;
  if (run.step() < steps) {
    fmt::print(stderr, "stopped and saved at step {}; go on with: tinymor {} --resume --out {}\n", run.step(), command,
               out);
  } else {
    fmt::print(stderr, "done: {}; {}\n", out, next);
  }
}

}  // namespace

void add_training_options(CLI::App& command, TrainingOptions& options, const std::string& otherwise) {
  command.add_option("CONFIG", options.config_file, "Configuration file in TOML " + otherwise);
  command.add_option("--set", options.sets, "Change one key: table.key=value, or key=value")->allow_extra_args(false);
  command.add_option("--data", options.data, "Bundled data set, text file or folder of text files");
  command.add_option("--out", options.out, "Run folder (default: the first unused runs/run-N)");
  command.add_option("--steps", options.steps, "Steps to train in all");
  command.add_option("--seed", options.seed, "Seed of weights and batches (default: train.seed, 1 unless it is set)");
  command.add_flag("--quiet", options.quiet, "Print nothing but errors");
  add_threads_option(command);
}

Config configured(const TrainingOptions& options, Config base) {
  Config config = options.config_file.empty() ? std::move(base) : read_config(options.config_file, std::move(base));
  for (const std::string& set : options.sets) set_config_key(config, set);
  if (!options.data.empty()) config.data.source = options.data;
  if (options.steps) config.train.steps = *options.steps;
  if (options.seed) config.train.seed = *options.seed;
  return config;
}

std::string run_folder(const TrainingOptions& options) {
  if (!options.out.empty()) return options.out;
  for (int i = 1;; ++i) {
    const std::string name = fmt::format("runs/run-{}", i);
    if (!std::filesystem::exists(name)) return name;
  }
}

Control& interruptible() {
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  return control;
}

void check_resumes(const TrainingOptions& options, bool changed) {
  check_input(!options.out.empty(), "--resume: which run? (add --out RUN)");
  check_input(options.config_file.empty() && options.sets.empty() && options.data.empty() && !options.seed && !changed,
              "--resume: a run goes on as it was configured (only --steps can change)");
}

void train_with_progress(Trainer& trainer, bool quiet) {
  train_with_progress(trainer, quiet, "tokens in the vocabulary", "train",
                      fmt::format("try: tinymor generate {} --prompt \"...\"", trainer.run_folder()));
}

void train_with_progress(ImageTrainer& trainer, bool quiet) {
  train_with_progress(trainer, quiet, "classes", "images",
                      fmt::format("judge it again with: tinymor images --eval {0}; see it with: tinymor-viz {0}",
                                  trainer.run_folder()));
}

}  // namespace tinymor
