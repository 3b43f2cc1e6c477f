// tinymor, the command line.

#include <iostream>

#include "mor/twins.h"
#include "tensor/error.h"
#include "tensor/json.h"
#include "tensor/threads.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/number_options.h"

namespace tinymor {

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& what, const std::string& example) {
  CLI::App* command = app.add_subcommand(name, what);
  if (!example.empty()) command->footer("Example:\n  " + example);
  return command;
}

void print_json(const nlohmann::ordered_json& document, int indent) {
  std::cout << json_text(document, indent) << "\n";
}

void add_threads_option(CLI::App& command) {
  command.add_option_function<int>("--threads", set_thread_count,
                                   "Threads to compute with (default: the cores there are)");
}

CLI::Option* add_twin_option(CLI::App& command, std::string& twin) {
  return command
      .add_option(
          "--twin", twin,
          "Its twin instead: vanilla (nothing shared, nobody routes) or recursive (shared alike, nobody routes)")
      ->check(CLI::IsMember({"vanilla", "recursive"}));
}

ModelConfig twin_of(const ModelConfig& config, const std::string& twin) {
  if (twin.empty()) return config;
  return twin == "vanilla" ? vanilla_twin(config) : recursive_twin(config);
}

CLI::Validator rule_names() {
  return CLI::IsMember({"topk", "threshold", "aux_threshold"});
}

namespace {

int fail(const std::string& what, int status) {
  std::cerr << "error: " << what << std::endl;
  return status;
}

int run(int argc, char** argv) {
  CLI::App app("Trains and examines tiny Mixture-of-Recursions language models.", "tinymor");
  app.require_subcommand(1);
  app.footer(
      "Example:\n  tinymor train --data stories --out runs/first\n  tinymor generate runs/first --prompt \"Once\"");
  add_train_command(app);
  add_uptrain_command(app);
  add_eval_command(app);
  add_generate_command(app);
  add_trace_command(app);
  add_inspect_command(app);
  add_tokenizer_command(app);
  add_data_command(app);
  add_images_command(app);
  add_bench_command(app);
  check_numbers(app);
  const auto known = app.get_subcommands([&](CLI::App* command) { return argc > 1 && command->get_name() == argv[1]; });
  if (argc > 1 && argv[1][0] != '-' && known.empty())
    return fail(std::string(argv[1]) + ": there is no such subcommand (see tinymor --help)", 2);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return fail(std::string(error.what()) + " (see tinymor --help)", 2);
  }
  return 0;
}

}  // namespace
}  // namespace tinymor

int main(int argc, char** argv) {
  try {
    return tinymor::run(argc, argv);
  } catch (const tinymor::InputError& error) {
    return tinymor::fail(error.what(), 2);
  } catch (const std::exception& error) {
    return tinymor::fail(error.what(), 1);
  }
}
