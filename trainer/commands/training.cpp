#include "trainer/commands/training.h"

#include <csignal>
#include <filesystem>
#include <memory>

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

void train_with_progress(Trainer& trainer, bool quiet) {
  const std::string& out = trainer.run_folder();
  const int64_t steps = trainer.config().train.steps;
  for (const std::string& note : trainer.notes())
    if (!quiet) fmt::print(stderr, "{}\n", note);
  if (!quiet)
    fmt::print(stderr, "{} parameters, {} tokens in the vocabulary; {} steps into {} ({}, {} threads)\n",
               trainer.model().parameter_count(), trainer.model().config().vocab_size,
               steps - std::min(steps, trainer.step()), out, kernels::level_name(), thread_count());
  std::unique_ptr<ProgressBar> bar;
  if (!quiet) {
    bar = std::make_unique<ProgressBar>(trainer.step(), steps);
    trainer.add_observer(*bar);
  }
  trainer.run(&interruptible());
  bar.reset();
  if (quiet) return;
  if (trainer.step() < steps) {
    fmt::print(stderr, "stopped and saved at step {}; go on with: tinymor train --resume --out {}\n", trainer.step(),
               out);
  } else {
    fmt::print(stderr, "done: {}; try: tinymor generate {} --prompt \"...\"\n", out, out);
  }
}

}  // namespace tinymor
