#pragma once
// The subcommands of `tinymor`. Each add_ function describes one to CLI11 and says what it does when chosen.

#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "mor/rule.h"

namespace tinymor {

void add_train_command(CLI::App& app);
void add_uptrain_command(CLI::App& app);
void add_sweep_command(CLI::App& app);
void add_runs_command(CLI::App& app);
void add_compare_command(CLI::App& app);
void add_eval_command(CLI::App& app);
void add_generate_command(CLI::App& app);
void add_trace_command(CLI::App& app);
void add_serve_command(CLI::App& app);
void add_export_command(CLI::App& app);
void add_prune_command(CLI::App& app);
void add_inspect_command(CLI::App& app);
void add_tokenizer_command(CLI::App& app);
void add_data_command(CLI::App& app);
void add_images_command(CLI::App& app);
void add_bench_command(CLI::App& app);
void add_claims_bench(CLI::App& bench);
void add_rivals_bench(CLI::App& bench);

/// Adds a subcommand whose help ends with an example.
CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& what, const std::string& example);

/// Prints the one document of --json, valid UTF-8 always.
void print_json(const nlohmann::ordered_json& document, int indent = -1);

/// Adds --threads, which takes effect when it is read.
void add_threads_option(CLI::App& command);

/// Adds --twin vanilla|recursive.
CLI::Option* add_twin_option(CLI::App& command, std::string& twin);
/// The twin of that name; `config` itself when `twin` is empty. Throws InputError when `config` has no such twin.
ModelConfig twin_of(const ModelConfig& config, const std::string& twin);

/// The names of rules, for an option --rule.
CLI::Validator rule_names();

}  // namespace tinymor
