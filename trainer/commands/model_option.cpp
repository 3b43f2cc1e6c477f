#include "trainer/commands/model_option.h"

#include "trainer/commands/limits.h"
#include "trainer/program.h"

namespace tinymor {
namespace {

/// An option whose values are the names in `formats`, the first of which is the default.
template <class Format>
void add_format_option(CLI::App& command, Format& format, const char* name,
                       const std::vector<std::pair<std::string, Format>>& formats, const char* help) {
  std::vector<std::string> names;
  for (const auto& each : formats) names.push_back(each.first);
  command
      .add_option_function<std::string>(
          name,
          [&format, formats](const std::string& chosen) {
            for (const auto& each : formats)
              if (each.first == chosen) format = each.second;
          },
          help)
      ->check(CLI::IsMember(names))
      ->type_name("TEXT")
      ->default_str(names.front());
}

}  // namespace

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
  std::vector<std::pair<std::string, WeightFormat>> formats;
  for (const char* name : weight_format_names) formats.emplace_back(name, WeightFormat(formats.size()));
  add_format_option<WeightFormat>(
      command, format, "--weights", formats,
      "Read the weights as f32, or rounded to a byte each (int8) or half a byte (int4): a quarter of the bytes or a "
      "sixth, for more loss");
}

void add_cache_format_option(CLI::App& command, CacheFormat& format) {
  add_format_option<CacheFormat>(
      command, format, "--cache-format",
      {{"f32", CacheFormat::f32}, {"bf16", CacheFormat::bf16}, {"int8", CacheFormat::int8}},
      "Keep keys and values as f32, or rounded to two bytes each (bf16) or one (int8): a smaller cache, for a little "
      "more loss");
}

void add_gather_option(CLI::App& command, double& gather) {
  command
      .add_option("--gather", gather,
                  "Share of the texts under way whose tokens wait for each other after the block, so that the layers "
                  "around it run on all of them in one call (default 0: none waits; 1: all)")
      ->check(between(0, 1));
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
