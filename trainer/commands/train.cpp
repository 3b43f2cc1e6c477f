#include <memory>

#include "tensor/error.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/training.h"

namespace tinymor {
namespace {

struct Options : TrainingOptions {
  bool resume = false;
};

Trainer open(const Options& options) {
  if (options.resume) {
    check_input(!options.out.empty(), "--resume: which run? (add --out RUN)");
    check_input(options.config_file.empty() && options.sets.empty() && options.data.empty() && !options.seed,
                "--resume: a run goes on as it was configured (only --steps can change)");
    return Trainer::resume(options.out, options.steps);
  }
  return Trainer(configured(options, options.config_file.empty() ? Config::defaults() : Config{}), run_folder(options));
}

}  // namespace

void add_train_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, "train", "Train a model; writes a run folder",
                                  "tinymor train --data my.txt --set model.d_model=192 --steps 1500 --out runs/mine");
  add_training_options(*command, *options, "(default: a small MoR model on the bundled stories)");
  command->add_flag("--resume", options->resume, "Go on with the run in --out exactly where it stood");
  command->callback([options] {
    Trainer trainer = open(*options);
    train_with_progress(trainer, options->quiet);
  });
}

}  // namespace tinymor
