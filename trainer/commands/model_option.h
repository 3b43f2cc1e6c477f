#pragma once
// Which model a subcommand works with, and with which of its weights.

#include <CLI/CLI.hpp>
#include <string>

#include "mor/kv_pages.h"
#include "trainer/loop/run_folder.h"

namespace tinymor {

struct ModelOption {
  std::string path, checkpoint = "best";
  WeightFormat weights = WeightFormat::f32;
};
/// Adds the option `name` for the path, which is required, and --checkpoint.
void add_model_option(
    CLI::App& command, ModelOption& option, const std::string& name = "MODEL",
    const std::string& what = "Run folder, .safetensors file, or a Llama model's folder of Hugging Face");
/// Adds --checkpoint.
CLI::Option* add_checkpoint_option(CLI::App& command, std::string& checkpoint);

/// Adds --weights f32|int8|int4.
void add_weights_option(CLI::App& command, WeightFormat& format);
/// Adds --cache-format f32|bf16|int8.
void add_cache_format_option(CLI::App& command, CacheFormat& format);

/// Adds --gather, a share from 0 to 1 (mor/scheduler.h).
void add_gather_option(CLI::App& command, double& gather);

/// The file with the chosen weights. Says on stderr which they are where a run's best and newest differ.
std::filesystem::path chosen_weights(const ModelOption& option, bool quiet = false);
/// The model with them.
LoadedModel load_model(const ModelOption& option, bool quiet = false);

}  // namespace tinymor
