#include "mor/prune.h"

#include <memory>

#include "mor/checkpoint.h"
#include "mor/counts.h"
#include "mor/llama_config.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/limits.h"
#include "trainer/commands/model_option.h"
#include "trainer/commands/training.h"
#include "trainer/loop/locked_folder.h"
#include "trainer/program.h"

namespace tinymor {
namespace {

struct Options {
  ModelOption model;
  std::string what, folder;
  double keep = 0.5;
  bool quiet = false;
};

/// The weights come last: a folder without them is not taken for a model.
void prune(const Options& options) {
  const LoadedModel loaded = load_model(options.model, options.quiet);
  const Model smaller = pruned(*loaded.model, enum_value<Pruned>(options.what, "--what"), options.keep);
  Config config = configured_from({}, options.model.path, loaded);
  config.model = smaller.config();
  const LockedFolder locked(options.folder);
  check_input(locked.empty(), "{}: is not empty (name a new folder)", options.folder);
  const RunFolder folder{locked.path()};
  write_file_atomically(folder.config(), config_to_toml(config));
  loaded.tokenizer->save(folder.path);
  if (is_vanilla(config.model)) write_file_atomically(folder.llama_config(), llama_config_json(config.model));
  if (!loaded.ends.empty()) write_file_atomically(folder.generation_config(), generation_config_json(loaded.ends));
  write_file_atomically(folder.weights(), write_checkpoint(smaller));
  if (options.quiet) return;
  tell(fmt::format("{}: {} parameters of {}; eval says what it lost, and {} train --from {} trains it further",
                   options.folder, count_parameters(smaller.config()).total(),
                   count_parameters(loaded.config()).total(), program(), shell_path(options.folder)));
}

}  // namespace

void add_prune_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, "prune", "Leave out what a trained model weighs least",
                                  "tinymor prune runs/demo runs/half --what units --keep 0.5\ntinymor eval runs/half\n"
                                  "tinymor train --from runs/half --steps 200 --out runs/half-trained");
  add_model_option(*command, options->model);
  command->add_option("DIR", options->folder, "Folder to write it into: a new one, or an empty one")
      ->required()
      ->check(not_empty());
  command
      ->add_option("--what", options->what,
                   "units: whole units of the MLPs, which makes it smaller and faster; weights: single weights become "
                   "0, and it stays as large and as slow")
      ->required()
      ->check(CLI::IsMember(enum_names<Pruned>()));
  command->add_option("--keep", options->keep, "The share that stays, above 0")
      ->check(between(0, 1))
      ->capture_default_str();
  command->add_flag("--quiet", options->quiet, "Say nothing but errors");
  command->callback([options] { prune(*options); });
}

}  // namespace tinymor
