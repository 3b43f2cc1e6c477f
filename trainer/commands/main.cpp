// tinymor, the command line.

#include <iostream>
#include <sstream>

#include "mor/twins.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/json.h"
#include "tensor/threads.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/limits.h"
#include "trainer/commands/number_options.h"
#include "trainer/commands/version.h"
#include "trainer/program.h"

namespace tinymor {
namespace {

/// Lines of commands indented, and "tinymor" spelled so that it works where this program was started from.
std::string as_typed(const std::string& example) {
  std::string text;
  std::istringstream lines(example);
  for (std::string line; std::getline(lines, line);) {
    constexpr std::string_view name = "tinymor";
    text += text.empty() ? "  " : "\n  ";
    text += line.starts_with(name) ? program() + line.substr(name.size()) : line;
  }
  return text;
}

/// The flags that every command takes, even where they make no difference. They are shown in --help: CLI11 has no name
/// for hidden ones in its errors.
void take_common_flags(CLI::App& app) {
  const auto commands = app.get_subcommands([](CLI::App*) { return true; });
  for (CLI::App* command : commands) take_common_flags(*command);
  if (!commands.empty()) return;
  const auto missing = [&](const char* name) { return app.get_option_no_throw(name) == nullptr; };
  for (const char* name : {"--json", "--quiet"})
    if (missing(name)) app.add_flag_callback(name, [] {})->group("Accepted, but without effect here");
  if (missing("--seed"))
    app.add_option_function<uint64_t>("--seed", [](uint64_t) {})->group("Accepted, but without effect here");
  if (missing("--threads")) add_threads_option(app);
}

}  // namespace

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& what, const std::string& example) {
  CLI::App* command = app.add_subcommand(name, what);
  command->footer("Example:\n" + as_typed(example));
  return command;
}

void print_json(const nlohmann::ordered_json& document, int indent) {
  std::cout << json_text(document, indent) << "\n";
}

void add_threads_option(CLI::App& command) {
  command
      .add_option_function<int>("--threads", set_thread_count, "Threads to compute with (default: the cores there are)")
      ->check(between(1, 1024));
}

CLI::Option* add_twin_option(CLI::App& command, std::string& twin) {
  return command
      .add_option(
          "--twin", twin,
          "Its twin instead: vanilla (no shared layers, no router) or recursive (the same shared layers, no router)")
      ->check(CLI::IsMember({"vanilla", "recursive"}));
}

ModelConfig twin_of(const ModelConfig& config, const std::string& twin) {
  if (twin.empty()) return config;
  return twin == "vanilla" ? vanilla_twin(config) : recursive_twin(config);
}

CLI::Validator rule_names() {
  return CLI::IsMember(enum_names<Rule>());
}

namespace {

void run(int argc, char** argv) {
  CLI::App app("Trains and examines tiny Mixture-of-Recursions language models.", "tinymor");
  app.require_subcommand(1);
  add_version_flag(app, "tinymor");
  app.footer("Example:\n" + as_typed("tinymor train --data stories --out runs/first\n"
                                     "tinymor generate runs/first --prompt \"Once\""));
  add_train_command(app);
  add_uptrain_command(app);
  add_sweep_command(app);
  add_runs_command(app);
  add_compare_command(app);
  add_eval_command(app);
  add_generate_command(app);
  add_trace_command(app);
  add_serve_command(app);
  add_prune_command(app);
  add_export_command(app);
  add_inspect_command(app);
  add_tokenizer_command(app);
  add_data_command(app);
  add_images_command(app);
  add_bench_command(app);
  take_common_flags(app);
  check_numbers(app);
  const auto known = app.get_subcommands([&](CLI::App* command) { return argc > 1 && command->get_name() == argv[1]; });
  if (argc > 1 && argv[1][0] != '-' && known.empty())
    throw InputError(fmt::format("{}: there is no such subcommand (see {} --help)", argv[1], program()));
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    app.exit(help);
  } catch (const CLI::ParseError& error) {
    throw InputError(fmt::format("{} (see {} --help)", error.what(), program()));
  }
  flush_output();
}

}  // namespace
}  // namespace tinymor

int main(int argc, char** argv) {
  tinymor::set_program(argv[0]);
  return tinymor::run_program([&] { tinymor::run(argc, argv); });
}
