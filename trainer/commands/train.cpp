#include <memory>

#include "mor/twins.h"
#include "tensor/error.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/training.h"

namespace tinymor {
namespace {

struct Options : TrainingOptions {
  std::string twin, equal = "tokens";
  bool resume = false;
};

Config new_run(const Options& options) {
  Config config = configured(options, options.config_file.empty() ? Config::defaults() : Config{});
  if (options.equal == "flops") validate(config);  // both are compared
  ModelConfig twin = twin_of(config.model, options.twin);
  twin.resolve();
  if (options.equal == "flops") config.train.steps = steps_of_equal_flops(config.model, twin, config.train.steps);
  config.model = twin;
  return config;
}

Trainer open(const Options& options) {
  if (options.resume) {
    check_input(options.twin.empty(), "--twin: a resumed run keeps its model (leave out --twin or --resume)");
    const Resumption changes = resumption(options);
    return Trainer::resume(resumed_folder(options), changes, cost_adviser(options));
  }
  Config config = new_run(options);
  return Trainer(std::move(config), run_folder(options), {}, cost_adviser(options));
}

}  // namespace

void add_train_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, "train", "Train a model; writes a run folder",
                                  "tinymor train --data my.txt --set model.d_model=192 --steps 1500 --out runs/mine");
  add_training_options(*command, *options, "(default: a small MoR model on the bundled stories)");
  CLI::Option* twin = add_twin_option(*command, options->twin);
  command
      ->add_option("--equal", options->equal,
                   "What the twin gets the same amount of: tokens, or FLOPs as the paper counts them")
      ->needs(twin)
      ->check(CLI::IsMember({"tokens", "flops"}))
      ->capture_default_str();
  command->add_flag(
      "--resume", options->resume,
      "Resume the run in --out exactly where it stopped; --set train.KEY=VALUE and --data change how it goes on");
  command->callback([options] {
    Trainer trainer = open(*options);
    train_with_progress(trainer, *options);
  });
}

}  // namespace tinymor
