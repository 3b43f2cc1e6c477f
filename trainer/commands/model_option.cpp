#include "trainer/commands/model_option.h"

#include "trainer/program.h"

namespace tinymor {

CLI::Option* add_checkpoint_option(CLI::App& command, std::string& checkpoint) {
  return command
      .add_option("--checkpoint", checkpoint,
                  "Which of a run's weights: those with the lowest held-out loss, or newest")
      ->check(CLI::IsMember({"best", "newest"}))
      ->capture_default_str();
}

void add_model_option(CLI::App& command, ModelOption& option, const std::string& name, const std::string& what) {
  command.add_option(name, option.path, what)->required();
  add_checkpoint_option(command, option.checkpoint);
}

void add_weights_option(CLI::App& command, WeightFormat& format) {
  command
      .add_option_function<std::string>(
          "--weights",
          [&format](const std::string& name) { format = name == "int8" ? WeightFormat::int8 : WeightFormat::f32; },
          "Read the weights as f32, or rounded to a byte each (int8): a quarter to read, for a little more loss")
      ->check(CLI::IsMember({"f32", "int8"}))
      ->type_name("TEXT")
      ->default_str("f32");
}

std::filesystem::path chosen_weights(const ModelOption& option, bool quiet) {
  const Weights weights =
      weights_of(option.path, option.checkpoint == "newest" ? Checkpoint::newest : Checkpoint::best);
  if (!weights.note.empty() && !quiet) tell(weights.note);
  return weights.file;
}

LoadedModel load_model(const ModelOption& option, bool quiet) {
  return load_model(chosen_weights(option, quiet), Checkpoint::best, option.weights);
}

}  // namespace tinymor
