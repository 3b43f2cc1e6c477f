#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "datasets/corpus.h"
#include "mor/checkpoint.h"
#include "mor/counts.h"
#include "mor/sharing.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/model_option.h"
#include "trainer/loop/run_folder.h"

namespace tinymor {
namespace {

struct Inspected {
  ModelConfig config;
  bool at_most = false;  ///< The text of a model that is not trained yet may give fewer pieces than config.vocab_size.
};

int64_t vocabulary_of(const DataConfig& data) {
  if (data.tokenizer == TokenizerKind::sentencepiece) return data.vocab_size;
  if (data.tokenizer == TokenizerKind::byte) return byte_tokenizer()->vocab_size();
  return train_char_tokenizer(Corpus(data.source, data.lossy).parts())->vocab_size();
}

/// Whether `path` is a configuration, whatever its name is: numbers of a model have zero bytes, a text has none.
bool is_configuration(const std::filesystem::path& path) {
  if (path.extension() == ".toml") return true;
  std::error_code ignored;
  if (path.extension() == ".safetensors" || !std::filesystem::is_regular_file(path, ignored)) return false;
  const std::string bytes = read_file(path);
  return !bytes.empty() && bytes.find('\0') == std::string::npos;
}

/// The model of `path` or its twin of that name.
Inspected model_of(const std::filesystem::path& path, const std::string& twin) {
  if (is_configuration(path)) {
    Config config = read_config(path);
    config.model = twin_of(config.model, twin);
    validate(config);
    // A run's tokenizer need not come from its own text: uptraining keeps that of the model it starts from.
    const RunFolder run{path.parent_path()};
    const bool of_a_run = path == run.config() && run.has_run();
    config.model.vocab_size = of_a_run ? load_tokenizer(run.path)->vocab_size() : vocabulary_of(config.data);
    return {config.model, !of_a_run && config.data.tokenizer == TokenizerKind::sentencepiece};
  }
  return {twin_of(read_checkpoint(weights_of(path).file).config(), twin)};
}

/// "0 · 1 2 · 1 2 · 1 2 · 3": the weights of each effective layer, with a dot between recursions.
std::string layer_text(const LayerMap& map) {
  std::string text;
  for (size_t l = 0; l < map.weights.size(); ++l) {
    const int64_t inner = int64_t(l) - map.prelude, shared = map.block * map.recursions;
    const bool border =
        l > 0 && (inner == 0 || inner == shared || (inner > 0 && inner < shared && inner % map.block == 0));
    if (l > 0) text += border ? " · " : " ";
    text += std::to_string(map.weights[l]);
  }
  return text;
}

nlohmann::ordered_json facts(const Inspected& model) {
  const ModelConfig& config = model.config;
  const LayerMap map = layer_map(config);
  const ParameterCounts parameters = count_parameters(config);
  const auto kv = [&](KvStrategy strategy) { return kv_bytes_per_token(config, strategy); };
  return {{"config", nlohmann::ordered_json::parse(config_to_json(config))},
          {"vocab_size_at_most", model.at_most},
          {"layers",
           {{"weights", map.weights},
            {"unique", map.unique},
            {"prelude", map.prelude},
            {"block", map.block},
            {"recursions", map.recursions},
            {"coda", map.coda}}},
          {"parameters",
           {{"unique", parameters.total()},
            {"embedding", parameters.embedding},
            {"other", parameters.layers + parameters.routers}}},
          {"flops_per_token",
           {{"paper", paper_flops_per_token(config, config.max_seq_len)},
            {"honest", honest_flops_per_token(config, config.max_seq_len)}}},
          {"kv_bytes_per_token",
           {{"vanilla", vanilla_kv_bytes_per_token(config)},
            {"recursion_wise", kv(KvStrategy::recursion_wise)},
            {"shared", kv(KvStrategy::shared)}}}};
}

void print(const nlohmann::ordered_json& f, const Inspected& model) {
  const ModelConfig& config = model.config;
  fmt::print("layers      {}\n", layer_text(layer_map(config)));
  fmt::print("vocabulary  {}\n", model.at_most
                                     ? fmt::format("at most {} tokens: training finds out how many pieces the text "
                                                   "gives, and fewer mean fewer parameters and FLOPs",
                                                   config.vocab_size)
                                     : fmt::format("{} tokens", config.vocab_size));
  fmt::print("parameters  {} unique: {} embedding, {} other\n", f["parameters"]["unique"].get<int64_t>(),
             f["parameters"]["embedding"].get<int64_t>(), f["parameters"]["other"].get<int64_t>());
  fmt::print(
      "FLOPs       {:.4g} per token forward as the paper counts, {:.4g} with head, routers and true key width ({} "
      "tokens)\n",
      f["flops_per_token"]["paper"].get<double>(), f["flops_per_token"]["honest"].get<double>(), config.max_seq_len);
  const auto& kv = f["kv_bytes_per_token"];
  fmt::print("KV cache    {:.0f} bytes per token recursion-wise, {:.0f} shared, {:.0f} in the vanilla twin\n",
             kv["recursion_wise"].get<double>(), kv["shared"].get<double>(), kv["vanilla"].get<double>());
}

}  // namespace

void add_inspect_command(CLI::App& app) {
  struct Options {
    std::string path, twin, checkpoint = "best";
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command =
      add_command(app, "inspect", "Layer map, parameters, FLOPs and cache bytes of a model or a configuration",
                  "tinymor inspect runs/first/config.toml");
  command
      ->add_option("MODEL", options->path,
                   "Run folder, .safetensors file, a Llama model's folder of Hugging Face, or configuration in TOML")
      ->required();
  add_twin_option(*command, options->twin);
  add_checkpoint_option(*command, options->checkpoint);  // both have one configuration
  command->add_flag("--json", options->json, "Print one JSON document");
  command->callback([options] {
    const Inspected model = model_of(options->path, options->twin);
    const nlohmann::ordered_json f = facts(model);
    if (options->json)
      print_json(f, 2);
    else
      print(f, model);
  });
}

}  // namespace tinymor
