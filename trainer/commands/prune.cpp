#include "mor/prune.h"

#include <algorithm>
#include <memory>

#include "mor/checkpoint.h"
#include "mor/counts.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/limits.h"
#include "trainer/commands/model_option.h"
#include "trainer/loop/locked_folder.h"
#include "trainer/loop/run_folder.h"
#include "trainer/program.h"

namespace tinymor {
namespace {

struct Options {
  ModelOption model;
  std::string what, folder;
  double keep = 0.5;
  bool quiet = false;
};

/// How many weights of the layers' matrices are 0.
int64_t zeros(const Model& model) {
  int64_t count = 0;
  for (const auto& [name, weight] : model.state_dict())
    if (name.find(".layers.") != name.npos) count += std::ranges::count(weight.contiguous_copy().values(), Real(0));
  return count;
}

/// The weights come last: a folder without them is not taken for a model.
void write(const RunFolder& folder, const Model& model, const LoadedModel& source, const RunFolder& from) {
  if (std::filesystem::exists(from.config())) {
    Config config = read_config(from.config());
    config.model = model.config();
    config.train.teacher.clear();
    write_file_atomically(folder.config(), config_to_toml(config));
  }
  save_beside(folder, *source.tokenizer, model.config(), source.ends);
  write_file_atomically(folder.weights(), write_checkpoint(model));
}

void prune(const Options& options) {
  const LoadedModel loaded = load_model(options.model, options.quiet);
  check_finite(loaded, options.model.path);
  const Pruned what = enum_value<Pruned>(options.what, "--what");
  const Model smaller = pruned(*loaded.model, what, options.keep);
  const LockedFolder locked(options.folder);
  check_input(locked.empty(), "{}: is not empty (name a new folder)", options.folder);
  try {
    write({locked.path()}, smaller, loaded, folder_of(options.model.path));
  } catch (...) {
    for (const auto& file : std::filesystem::directory_iterator(locked.path()))
      if (file.path() != locked.traces().front()) std::filesystem::remove(file);
    throw;
  }
  if (options.quiet) return;
  const int64_t left = count_parameters(smaller.config()).total(), all = count_parameters(loaded.config()).total();
  if (what == Pruned::weights)
    tell(fmt::format("{}: {} of {} parameters are 0 now; eval says what that costs (training would fill them in again)",
                     options.folder, zeros(smaller), all));
  else
    tell(fmt::format("{}: {} parameters of {}; eval says what that costs, and {} train --from {} trains it further",
                     options.folder, left, all, program(), shell_path(options.folder)));
}

}  // namespace

void add_prune_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, "prune", "Leave out the parts of a trained model that matter least",
                                  "tinymor prune runs/demo runs/half --what units --keep 0.5\ntinymor eval runs/half\n"
                                  "tinymor train --from runs/half --steps 200 --out runs/half-trained");
  add_model_option(*command, options->model);
  command->add_option("DIR", options->folder, "Folder to write it into: a new one, or an empty one")
      ->required()
      ->check(not_empty());
  command
      ->add_option("--what", options->what,
                   "units: whole units of the MLPs, which makes it smaller and faster; weights: single weights become "
                   "0, and it stays as large and as slow (training would fill them in again)")
      ->required()
      ->check(CLI::IsMember(enum_names<Pruned>()));
  command->add_option("--keep", options->keep, "The share that stays, above 0")
      ->check(between(0, 1))
      ->capture_default_str();
  command->add_flag("--quiet", options->quiet, "Say nothing but errors");
  command->callback([options] { prune(*options); });
}

}  // namespace tinymor
