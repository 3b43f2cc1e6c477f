#pragma once
// What the subcommands that train have in common: the options that make a configuration, and a run with its progress.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "trainer/loop/image_trainer.h"
#include "trainer/loop/run_folder.h"
#include "trainer/loop/trainer.h"

namespace tinymor {

/// Adds --data, which may be given several times.
CLI::Option* add_data_option(CLI::App& command, std::string& data, const std::string& what);

/// Adds --lossy.
void add_lossy_option(CLI::App& command, bool& lossy);

struct TrainingOptions {
  std::string config_file, data, out;
  std::vector<std::string> sets;
  std::optional<int64_t> steps;
  std::optional<uint64_t> seed;
  std::optional<double> minutes;
  std::optional<int64_t> patience;
  bool lossy = false, quiet = false, json = false;
};
/// Adds them all, and --threads. `otherwise`, in parentheses, says what holds where CONFIG says nothing.
/// `options` must live as long as the command.
void add_training_options(CLI::App& command, TrainingOptions& options, const std::string& otherwise);

/// `base` as the options change it: CONFIG first, then --set, then --data, --steps, --seed and --patience. Throws
/// InputError.
Config configured(const TrainingOptions& options, Config base);

/// The configuration of a run that begins from `source`, the model at `path`: as it was trained, as far as the folder
/// with its weights tells, and then as the options change it. Throws InputError when they change its tokenizer.
Config configured_from(const TrainingOptions& options, const std::filesystem::path& path, const LoadedModel& source);

/// --out, or the first runs/run-N that is not there yet; locked by this process.
LockedFolder run_folder(const TrainingOptions& options);
/// --out with a run to go on with, locked in the same way. Throws InputError without --out.
LockedFolder resumed_folder(const TrainingOptions& options);
/// What --resume goes on with. Throws InputError when an option would make it another run.
Resumption resumption(const TrainingOptions& options);
/// Gives a run as many steps as --minutes have room for, and says on stderr what it will take.
Beforehand cost_adviser(const TrainingOptions& options);

/// What --json says of a run on text.
void print_summary(const Trainer& trainer);
/// What --json says of every run that was trained: folder, parameters, steps, best held-out loss.
nlohmann::ordered_json summary(const TrainingLoop& run);

enum class Ended { done, interrupted, out_of_patience };
/// Trains with progress on stderr until the run is done, or Ctrl-C, SIGTERM or a terminal that is closed saves and
/// stops it.
Ended train_with_progress(Trainer& trainer, const TrainingOptions& options);
Ended train_with_progress(ImageTrainer& trainer, const TrainingOptions& options);

}  // namespace tinymor
