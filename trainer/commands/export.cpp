#include <memory>

#include "datasets/tokenizer_files.h"
#include "mor/checkpoint.h"
#include "mor/llama_config.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/json.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/limits.h"
#include "trainer/commands/model_option.h"
#include "trainer/loop/locked_folder.h"
#include "trainer/program.h"

namespace tinymor {
namespace {

struct Options {
  ModelOption model;
  std::string to, folder;
  bool quiet = false;
};

/// Throws InputError unless transformers has a class for the model.
void check_exportable(const ModelConfig& config, const std::string& name) {
  const bool routed = config.routing != Routing::none;
  check_input(
      config.kv_sharing == Sharing::none,
      "{}: has layers that use the keys of others (kv_sharing {}), which transformers' Llama does not know (export a "
      "model with kv_sharing = \"none\")",
      name, enum_name(config.kv_sharing));
  check_input(config.ffn == Ffn::dense,
              "{}: has experts, which transformers' Llama does not know (export a model with ffn = \"dense\")", name);
  check_input(
      config.sharing != Sharing::none || config.routing == Routing::none,
      "{}: has stages after which tokens stop, which transformers' Llama does not know (export a vanilla one: {} train "
      "--twin vanilla)",
      name, program());
  check_input(is_vanilla(config),
              "{}: is a {} model (sharing {}, {} recursions, routing {}), which transformers does not know (export a "
              "vanilla one: {} train --twin vanilla)",
              name, routed ? "Mixture-of-Recursions" : "recursive", enum_name(config.sharing), config.n_recursions,
              enum_name(config.routing), program());
}

/// What AutoTokenizer wants to know: the tokenizer.json beside it is the whole tokenizer.
std::string tokenizer_config(const ModelConfig& config) {
  return json_text({{"tokenizer_class", "PreTrainedTokenizerFast"},
                    {"model_max_length", config.max_seq_len},
                    {"clean_up_tokenization_spaces", false}},
                   2) +
         "\n";
}

// config.json comes last: a folder without it is not taken for a model.
void export_model(const Options& options) {
  const LoadedModel loaded = load_model(options.model, options.quiet);
  const ModelConfig& config = loaded.config();
  check_exportable(config, options.model.path);
  const std::string tokenizer = loaded.tokenizer->tokenizers_json();
  const LockedFolder folder(options.folder);
  check_input(folder.empty(), "{}: is not empty (name a new folder)", options.folder);
  const auto write = [&](const char* name, const std::string& bytes) {
    write_file_atomically(folder.path() / name, bytes);
  };
  write("model.safetensors", write_checkpoint(*loaded.model));
  write(tokenizer_json, tokenizer);
  write(tokenizer_config_json, tokenizer_config(config));
  write(kGenerationConfig, generation_config_json(loaded.ends));
  write("config.json", llama_config_json(config));
  if (!options.quiet)
    tell(
        fmt::format("{}: a Llama model for transformers: AutoModelForCausalLM.from_pretrained and "
                    "AutoTokenizer.from_pretrained open it",
                    options.folder));
}

}  // namespace

void add_export_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, "export", "Write a vanilla model as a folder for other programs",
                                  "tinymor export runs/vanilla --to hf vanilla-hf\n"
                                  "python3 -c \"from transformers import AutoModelForCausalLM as M; "
                                  "M.from_pretrained('vanilla-hf')\"");
  add_model_option(*command, options->model);
  command->add_option("DIR", options->folder, "Folder to write it into: a new one, or an empty one")
      ->required()
      ->check(not_empty());
  command->add_option("--to", options->to, "For what: hf, Hugging Face's transformers")
      ->required()
      ->check(CLI::IsMember({"hf"}));
  command->add_flag("--quiet", options->quiet, "Say nothing but errors");
  command->callback([options] { export_model(*options); });
}

}  // namespace tinymor
