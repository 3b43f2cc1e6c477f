#include <filesystem>
#include <memory>

#include "mor/uptrain.h"
#include "tensor/error.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/model_option.h"
#include "trainer/commands/terminal.h"
#include "trainer/commands/training.h"
#include "trainer/loop/ranks.h"
#include "trainer/loop/run_folder.h"
#include "trainer/program.h"

namespace tinymor {
namespace {

struct Options : TrainingOptions {
  ModelOption from;
  std::string init = enum_name(SharedInit::stepwise);
};

Trainer open(const Options& options) {
  const LoadedModel source = load_model(options.from, options.quiet);
  Config config = configured_from(options, options.from.path, source);
  Model model =
      uptrained(*source.model, config.model, enum_value<SharedInit>(options.init, "--init"), config.train.seed);
  ModelConfig same = model.config();
  same.max_seq_len = source.config().max_seq_len;  // no weight depends on it
  check_input(same != source.config(),
              "uptrain: the model would be the vanilla one again (add --set model.sharing=middle_cycle --set "
              "model.n_recursions=2, or train it further: {} train --from {})",
              program(), shell_path(options.from.path));
  return Trainer(std::move(config), run_folder(options), Start{std::move(model), source.tokenizer, source.ends},
                 cost_adviser(options), token_progress(options.quiet));
}

}  // namespace

void add_uptrain_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      add_command(app, "uptrain", "Train a recursive or MoR model whose layers start as those of a trained vanilla one",
                  "tinymor uptrain --from runs/vanilla --set model.sharing=middle_cycle --set model.n_recursions=3 "
                  "--set model.routing=expert_choice --steps 500 --out runs/uptrained\n"
                  "tinymor uptrain --from SmolLM-135M --data my.txt --set model.sharing=middle_cycle "
                  "--set model.n_recursions=2 --out runs/smol");
  add_model_option(*command, options->from, "--from",
                   "Vanilla model: run folder, .safetensors file, or a Llama model's folder of Hugging Face");
  command
      ->add_option("--init", options->init,
                   "Which of its layers each shared layer starts as: evenly spaced ones, the mean of those that it "
                   "replaces, the first, the last, or any")
      ->check(CLI::IsMember(enum_names<SharedInit>()))
      ->capture_default_str();
  add_training_options(*command, *options, "(what it leaves out is as in the vanilla run)");
  command->callback([options] {
    options->quiet |= !Ranks::all().first();
    Trainer trainer = Ranks::all().made_together([&] { return open(*options); });
    train_with_progress(trainer, *options);
    if (options->json && Ranks::all().first()) print_summary(trainer);
    Ranks::all().finish();
  });
}

}  // namespace tinymor
