#include <csignal>
#include <filesystem>
#include <iostream>
#include <memory>

#include "tensor/error.h"
#include "tensor/kernels/kernels.h"
#include "tensor/threads.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/terminal.h"
#include "trainer/trainer.h"

namespace tinymor {
namespace {

struct Options {
  std::string config_file, data, out;
  std::vector<std::string> sets;
  std::optional<int64_t> steps;
  std::optional<uint64_t> seed;
  bool resume = false, quiet = false;
};

Control control;

/// The first press saves and stops, the second ends at once.
void on_interrupt(int) {
  control.stop();
  std::signal(SIGINT, SIG_DFL);
}

std::string unused_run_folder() {
  for (int i = 1;; ++i) {
    const std::string name = fmt::format("runs/run-{}", i);
    if (!std::filesystem::exists(name)) return name;
  }
}

Trainer open(const Options& options) {
  if (options.resume) {
    check_input(!options.out.empty(), "--resume: which run? (add --out RUN)");
    check_input(options.config_file.empty() && options.sets.empty() && options.data.empty() && !options.seed,
                "--resume: a run goes on as it was configured (only --steps can change)");
    return Trainer::resume(options.out, options.steps);
  }
  Config config = options.config_file.empty() ? Config::defaults() : read_config(options.config_file);
  for (const std::string& set : options.sets) set_config_key(config, set);
  if (!options.data.empty()) config.data.source = options.data;
  if (options.steps) config.train.steps = *options.steps;
  if (options.seed) config.train.seed = *options.seed;
  return Trainer(config, options.out.empty() ? unused_run_folder() : options.out);
}

void train(const Options& options) {
  Trainer trainer = open(options);
  const std::string& out = trainer.run_folder();
  const int64_t steps = trainer.config().train.steps;
  if (!options.quiet)
    fmt::print(stderr, "{} parameters, {} tokens in the vocabulary; {} steps into {} ({}, {} threads)\n",
               trainer.model().parameter_count(), trainer.model().config().vocab_size,
               steps - std::min(steps, trainer.step()), out, kernels::level_name(), thread_count());
  std::unique_ptr<ProgressBar> bar;
  if (!options.quiet) {
    bar = std::make_unique<ProgressBar>(trainer.step(), steps);
    trainer.add_observer(*bar);
  }
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  trainer.run(&control);
  bar.reset();
  if (options.quiet) return;
  if (trainer.step() < steps) {
    fmt::print(stderr, "stopped and saved at step {}; go on with: tinymor train --resume --out {}\n", trainer.step(),
               out);
  } else {
    fmt::print(stderr, "done: {}; try: tinymor generate {} --prompt \"...\"\n", out, out);
  }
}

}  // namespace

void add_train_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, "train", "Train a model; writes a run folder",
                                  "tinymor train --data my.txt --set model.d_model=192 --steps 1500 --out runs/mine");
  command->add_option("CONFIG", options->config_file,
                      "Configuration file in TOML (default: a small MoR model on the bundled stories)");
  command->add_option("--set", options->sets, "Change one key: table.key=value")->allow_extra_args(false);
  command->add_option("--data", options->data, "Bundled data set, text file or folder of text files");
  command->add_option("--out", options->out, "Run folder (default: the first unused runs/run-N)");
  command->add_option("--steps", options->steps, "Steps to train in all");
  command->add_option("--seed", options->seed, "Seed of weights and batches (default 1)");
  command->add_flag("--resume", options->resume, "Go on with the run in --out exactly where it stood");
  command->add_flag("--quiet", options->quiet, "Print nothing but errors");
  add_threads_option(*command);
  command->callback([options] { train(*options); });
}

}  // namespace tinymor
