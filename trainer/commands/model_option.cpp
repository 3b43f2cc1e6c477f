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

std::filesystem::path chosen_weights(const ModelOption& option, bool quiet) {
  const Weights weights =
      weights_of(option.path, option.checkpoint == "newest" ? Checkpoint::newest : Checkpoint::best);
  if (!weights.note.empty() && !quiet) tell(weights.note);
  return weights.file;
}

LoadedModel load_model(const ModelOption& option, bool quiet) {
  return load_model(chosen_weights(option, quiet));
}

}  // namespace tinymor
