#include <iostream>
#include <memory>

#include "mor/twins.h"
#include "tensor/error.h"
#include "tensor/ops.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/model_option.h"
#include "trainer/commands/terminal.h"
#include "trainer/commands/training.h"
#include "trainer/loop/ranks.h"

namespace tinymor {
namespace {

struct Options : TrainingOptions {
  std::string preset, twin, equal = "tokens";
  ModelOption from;
  bool resume = false, print_config = false;
};

/// Whether `path` is `folder` or something in it.
bool is_inside(const std::filesystem::path& path, const std::filesystem::path& folder) {
  const std::filesystem::path way =
      std::filesystem::weakly_canonical(path).lexically_relative(std::filesystem::weakly_canonical(folder));
  return !way.empty() && *way.begin() != "..";
}

Config new_run(const Options& options) {
  const Config base = options.config_file.empty() ? Config::defaults() : Config{};
  Config config = configured(options, options.preset.empty() ? base : Config::preset(options.preset));
  if (options.equal == "flops") validate(config);  // both are compared
  check_input(options.twin.empty() || config.model.kv_sharing == Sharing::none,
              "--twin: a twin has no kv_sharing (write the model itself: --set model.sharing=none, "
              "model.n_recursions=1, model.routing=none)");
  ModelConfig twin = twin_of(config.model, options.twin);
  twin.resolve();
  if (options.equal == "flops") config.train.steps = steps_of_equal_flops(config.model, twin, config.train.steps);
  config.model = twin;
  return config;
}

/// A run that goes on with the weights of another one, perhaps on other text.
Trainer open_from(const Options& options) {
  const LoadedModel source = load_model(options.from, options.quiet);
  check_finite(source, options.from.path);
  Config config = configured_from(options, options.from.path, source);
  validate(config);
  ModelConfig model = config.model;
  model.vocab_size = source.config().vocab_size;
  ModelConfig of_the_weights = model;
  of_the_weights.max_seq_len = source.config().max_seq_len;  // no weight depends on it
  check_input(of_the_weights == source.config(),
              "--from: the weights of {} are of another model than this configuration (leave out what changes [model] "
              "and [router], or make a recursive model of them with uptrain)",
              options.from.path);
  Model start(model, config.train.seed);
  start.load_state_dict(source.model->state_dict());
  return Trainer(std::move(config), run_folder(options), Start{std::move(start), source.tokenizer, source.ends},
                 cost_adviser(options), token_progress(options.quiet));
}

Trainer open(const Options& options) {
  check_input(!options.minutes || Ranks::all().count() == 1,
              "--minutes: each rank would measure other steps (say how many: --steps)");
  if (options.resume) {
    check_input(options.twin.empty(), "--twin: a resumed run keeps its model (leave out --twin or --resume)");
    Resumption changes = resumption(options);
    changes.from = options.from.path;
    check_input(changes.from.empty() || RunFolder{changes.from}.has_run(),
                "--from {}: is no run with a checkpoint to go on from (leave out --resume to begin with its weights)",
                options.from.path);
    check_input(changes.from.empty() || options.out.empty() || !is_inside(options.out, changes.from),
                "--out {}: is inside --from, which stays as it is (name another folder)", options.out);
    return Trainer::resume(changes.from.empty() ? resumed_folder(options) : run_folder(options), changes,
                           cost_adviser(options), token_progress(options.quiet));
  }
  if (!options.from.path.empty()) return open_from(options);
  return Trainer(new_run(options), run_folder(options), {}, cost_adviser(options), token_progress(options.quiet));
}

void print_config(const Options& options) {
  Config config = new_run(options);
  validate(config);
  if (Ranks::all().first()) std::cout << config_to_toml(config);
}

}  // namespace

void add_train_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, "train", "Train a model; writes a run folder",
                                  "tinymor train --data my.txt --set model.d_model=192 --steps 1500 --out runs/mine");
  add_training_options(*command, *options, "(default: a small MoR model on the bundled stories)");
  CLI::Option* preset = command
                            ->add_option("--preset", options->preset,
                                         "A model and a number of steps for 1, 10, 60 or 600 minutes on two cores")
                            ->check(CLI::IsMember(preset_names()))
                            ->excludes("CONFIG");
  CLI::Option* from = command->add_option("--from", options->from.path,
                                          "Begin with the weights and the tokenizer of this model instead of new ones; "
                                          "with --resume, go on from the checkpoint of this run in a new folder");
  CLI::Option* checkpoint = add_checkpoint_option(*command, options->from.checkpoint)->needs(from);
  command->add_flag("--print-config", options->print_config,
                    "Print the complete configuration, every key explained, and train nothing");
  CLI::Option* twin = add_twin_option(*command, options->twin);
  command
      ->add_option("--equal", options->equal,
                   "What the twin gets the same amount of: tokens, or FLOPs as the paper counts them")
      ->needs(twin)
      ->check(CLI::IsMember({"tokens", "flops"}))
      ->capture_default_str();
  command->add_flag(
      "--resume", options->resume,
      "Resume the run in --out, or a copy of --from, exactly where it stopped; --set train.KEY=VALUE and --data change "
      "how it goes on");
  checkpoint->excludes("--resume");
  for (const char* name : {"--preset", "--twin", "--print-config"}) from->excludes(name);
  for (const char* name : {"--resume", "--minutes"}) command->get_option("--print-config")->excludes(name);
  preset->excludes("--resume");
  command->callback([options] {
    if (options->print_config) return print_config(*options);
    options->quiet |= !Ranks::all().first();
    Trainer trainer = Ranks::all().made_together([&] { return open(*options); });
    train_with_progress(trainer, *options);
    if (options->json && Ranks::all().first()) print_summary(trainer);
    Ranks::all().finish();
  });
}

}  // namespace tinymor
