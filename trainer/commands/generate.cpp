#include <unistd.h>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "datasets/text_stream.h"
#include "mor/generate.h"
#include "tensor/error.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/limits.h"
#include "trainer/commands/model_option.h"
#include "trainer/commands/prompt.h"
#include "trainer/commands/terminal.h"
#include "trainer/loop/run_folder.h"
#include "trainer/program.h"
#include "trainer/serving/choice_text.h"

namespace tinymor {
namespace {

struct Options {
  ModelOption model;
  std::optional<std::string> prompt;
  std::string show;
  CacheFormat cache = CacheFormat::f32;
  SampleOptions sample;
  int64_t max_tokens = 200, max_depth = 0;
  std::vector<std::string> stop;
  bool json = false, quiet = false;
};

void generate(const Options& options) {
  const LoadedModel loaded = load_model(options.model, options.quiet);
  SampleOptions sample = options.sample;
  sample.never = loaded.tokenizer->unknown();
  Generator generator(*loaded.model, sample, options.max_depth, options.cache);
  const std::vector<int32_t> ids =
      prompt_tokens(*loaded.tokenizer, options.prompt ? *options.prompt : own_prompt(options.model.path, loaded));
  std::vector<GeneratedToken> tokens = generator.prompt(ids);
  const int64_t depths = loaded.model->layers().recursions;
  const bool wanted = options.show.empty() ? shows_colours(STDOUT_FILENO) : options.show == "depth";
  const bool tint = wanted && depths > 1;  // a model without recursions has no depths
  TextStream stream(*loaded.tokenizer);
  std::string text;
  const auto show = [&](const std::string& piece, int32_t depth) {
    text += piece;
    if (options.json) return;
    const std::string shown = for_stdout(piece);
    std::cout << (tint ? tinted(shown, depth) : shown) << std::flush;
  };
  if (tint && !options.json && !options.quiet) std::cout << depth_legend(depths) << "\n\n";
  for (const GeneratedToken& token : tokens) show(stream.add(token.id), token.depth);
  ChoiceText answer(stream, options.stop);
  double depth = 0;
  int64_t count = 0;
  bool ended = false;
  while (count < options.max_tokens && !answer.stopped() && !ended) {
    tokens.push_back(generator.next());
    depth += tokens.back().depth;
    ended = loaded.ends_text(tokens.back().id);
    answer.add(tokens.back().id, {.depth = tokens.back().depth}, ++count == options.max_tokens || ended);
    for (const AnswerToken& token : answer.take()) show(token.text, token.depth);
  }
  if (count == 0) show(stream.rest(), tokens.back().depth);
  if (!options.json) {
    std::cout << std::endl;
    if (!options.quiet && count > 0 && depths == 1)
      tell(fmt::format("{} tokens, {} layers each", count, loaded.config().n_layers));
    if (!options.quiet && count > 0 && depths > 1)
      tell(fmt::format("{} tokens, {:.2f} {} each of {}", count, depth / double(count),
                       loaded.model->layers().repeats ? "recursions" : "stages", depths));
    return;
  }
  nlohmann::ordered_json document{{"text", text}, {"tokens", nlohmann::json::array()}};
  for (const GeneratedToken& token : tokens)
    document["tokens"].push_back({{"id", token.id},
                                  {"piece", loaded.tokenizer->piece(token.id)},
                                  {"depth", token.depth},
                                  {"router_logits", token.router_logits}});
  print_json(document);
}

}  // namespace

void add_generate_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, "generate", "Continue a text, each token tinted by its recursion depth",
                                  "tinymor generate runs/first --prompt \"Once upon a time\" --temperature 0.7");
  add_model_option(*command, options->model);
  add_weights_option(*command, options->model.weights);
  add_cache_format_option(*command, options->cache);
  command->add_option("--prompt", options->prompt,
                      "Text to start from (default: the first words of what the run held out of its own text)");
  command
      ->add_option("--max-tokens", options->max_tokens,
                   "Tokens to generate at most: a model of Hugging Face may end the text")
      ->check(at_least(0))
      ->capture_default_str();
  command->add_option("--temperature", options->sample.temperature, "0: always the likeliest token")
      ->check(at_least(0))
      ->capture_default_str();
  command->add_option("--top-k", options->sample.top_k, "Only the k likeliest tokens (0: all)")->check(at_least(0));
  command
      ->add_option("--top-p", options->sample.top_p, "Only the likeliest tokens that together reach this probability")
      ->check(between(0, 1));
  command
      ->add_option("--min-p", options->sample.min_p,
                   "Only tokens with at least this share of the likeliest one's probability (0: all)")
      ->check(between(0, 1));
  command
      ->add_option(
          "--repetition-penalty", options->sample.repetition_penalty,
          "Make tokens of the text so far less likely: positive logits are divided by it, others multiplied (1: off)")
      ->check(between(1, 100));
  command->add_option("--stop", options->stop, "End before this text; may be given several times")
      ->check(not_empty())
      ->allow_extra_args(false);
  command->add_option("--max-depth", options->max_depth, "The most recursions per token")->check(at_least(1));
  command->add_option("--seed", options->sample.seed, "Seed of the draws")->capture_default_str();
  command->add_option("--show", options->show, "Tint by depth, or plain (default: depth on a terminal)")
      ->check(CLI::IsMember({"depth", "plain"}));
  command->add_flag("--json", options->json, "Print one JSON document with every token's depth and router scores");
  command->add_flag("--quiet", options->quiet, "Print the text only");
  add_threads_option(*command);
  command->callback([options] { generate(*options); });
}

}  // namespace tinymor
