#include "mor/trace.h"

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "mor/model.h"
#include "mor/sharing.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/safetensors.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/limits.h"
#include "trainer/commands/model_option.h"
#include "trainer/commands/prompt.h"
#include "trainer/loop/run_folder.h"

namespace tinymor {
namespace {

struct Options {
  ModelOption model;
  std::string text, text_file, rule, logits_file, grads_file;
  int64_t max_depth = 0;
  bool quiet = false;
  std::vector<int32_t> depths;
};

nlohmann::ordered_json to_json(const Trace& trace, const ModelConfig& config) {
  nlohmann::ordered_json recursions = nlohmann::json::array();
  for (const RecursionTrace& r : trace.recursions)
    recursions.push_back(
        {{"positions", r.positions}, {"logits", r.logits}, {"gates", r.gates}, {"selected", r.selected}});
  nlohmann::ordered_json json = {
      {"config", nlohmann::ordered_json::parse(config_to_json(config))},
      {"rule", enum_name(trace.rule)},
      {"tokens", trace.tokens},
      {"pieces", trace.pieces},
      {"depth", trace.depth},
      {"recursions", recursions},
      {"nll", trace.nll},
      {"loss", {{"lm", trace.lm_loss}, {"aux", trace.aux_loss}, {"z", trace.z_loss}, {"balance", trace.balance_loss}}},
      {"kv", {{"entries", trace.kv_entries}, {"bytes", trace.kv_bytes}, {"vanilla_bytes", trace.kv_vanilla_bytes}}}};
  if (config.routing == Routing::token_choice) json["router_logits"] = trace.router_logits;
  if (config.ffn == Ffn::experts) json["experts"] = trace.experts;
  return json;
}

/// The gradient of the training loss on this one text for every parameter.
SafetensorsFile gradients(Model model, const std::vector<int32_t>& tokens) {
  const int64_t length = int64_t(tokens.size());
  const ForwardResult result = model.forward(IntTensor({length}, tokens), Rows::batch(1, length));
  training_loss(model.config(), result, next_tokens(tokens)).total.backward();
  SafetensorsFile file;
  for (const Variable* parameter : model.parameters())
    file.tensors[parameter->name()] =
        parameter->grad().defined() ? parameter->grad() : Tensor::zeros(parameter->shape());
  return file;
}

void run(const Options& options) {
  check_input(options.text.empty() != options.text_file.empty(),
              "trace: which text? (give either --text or --text-file)");
  const LoadedModel loaded = load_model(options.model, options.quiet);
  const std::string text = options.text_file.empty() ? options.text : read_file(options.text_file);
  const std::vector<int32_t> tokens = prompt_tokens(*loaded.tokenizer, text);
  const int64_t most = layer_map(loaded.config()).recursions;
  for (const int32_t depth : options.depths)
    check_input(depth <= most, "--depths: {} recursions are more than this model has (give at most {})", depth, most);
  PassStates left;
  const Rule rule = options.rule.empty() ? causal_rule(loaded.config()) : enum_value<Rule>(options.rule, "--rule");
  Trace result =
      trace(*loaded.model, tokens, {.rule = rule, .max_depth = options.max_depth, .depths = options.depths}, &left);
  for (int32_t id : tokens) result.pieces.push_back(loaded.tokenizer->piece(id));
  if (!options.logits_file.empty())
    write_file_atomically(options.logits_file,
                          write_safetensors({.tensors = {{"logits", left.logits}}, .metadata = {}}));
  if (!options.grads_file.empty())
    write_file_atomically(options.grads_file, write_safetensors(gradients(loaded.model->clone(), tokens)));
  print_json(to_json(result, loaded.config()));
}

}  // namespace

void add_trace_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, "trace", "Everything the model did with one text, as JSON",
                                  "tinymor trace runs/first --text \"Mia had 3 apples.\" --rule topk");
  add_model_option(*command, options->model);
  command->add_option("--text", options->text, "The text");
  command->add_option("--text-file", options->text_file, "A file with the text");
  command
      ->add_option("--rule", options->rule,
                   "topk (training), threshold (causal) or aux_threshold (by the auxiliary router; the default where "
                   "there is one)")
      ->check(rule_names());
  command->add_option("--max-depth", options->max_depth, "The most recursions per token")->check(at_least(1));
  command->add_option("--depths", options->depths, "Recursions that each token is to take, for experiments: 3,1,2,...")
      ->delimiter(',')
      ->check(between(0, INT32_MAX));
  command->add_option("--logits", options->logits_file, "Write the logits [T,V] to this safetensors file");
  command->add_option("--grads", options->grads_file,
                      "Write the gradient of the training loss for every parameter to this safetensors file");
  command->add_flag("--quiet", options->quiet, "Print nothing but the document");
  add_threads_option(*command);
  command->callback([options] { run(*options); });
}

}  // namespace tinymor
