#pragma once
// What the subcommands that train have in common: the options that make a configuration, and a run with its progress.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "trainer/loop/image_trainer.h"
#include "trainer/loop/trainer.h"

namespace tinymor {

struct TrainingOptions {
  std::string config_file, data, out;
  std::vector<std::string> sets;
  std::optional<int64_t> steps;
  std::optional<uint64_t> seed;
  bool quiet = false, json = false;
};
/// Adds them all, and --threads. `otherwise`, in parentheses, says what holds where CONFIG says nothing.
/// `options` must live as long as the command.
void add_training_options(CLI::App& command, TrainingOptions& options, const std::string& otherwise);

/// `base` as the options change it: CONFIG first, then --set, then --data, --steps and --seed. Throws InputError.
Config configured(const TrainingOptions& options, Config base);

/// --out, or the first runs/run-N that is not there yet; locked by this process.
LockedFolder run_folder(const TrainingOptions& options);
/// --out with a run to go on with, locked in the same way. Throws InputError without --out.
LockedFolder resumed_folder(const TrainingOptions& options);
/// What --resume goes on with. Throws InputError when an option would make it another run.
Resumption resumption(const TrainingOptions& options);
/// Says on stderr what a large run will take, before it takes it.
Beforehand cost_adviser(const TrainingOptions& options);

/// What --json says of every run that was trained: folder, parameters, steps, best held-out loss.
nlohmann::ordered_json summary(const TrainingLoop& run);

/// Trains with progress on stderr until the run is done, or Ctrl-C, SIGTERM or a terminal that is closed saves and
/// stops it; then prints what came of it as JSON where that is asked for (of images, images.cpp does).
void train_with_progress(Trainer& trainer, const TrainingOptions& options);
void train_with_progress(ImageTrainer& trainer, const TrainingOptions& options);

}  // namespace tinymor
