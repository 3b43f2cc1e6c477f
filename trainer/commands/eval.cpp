#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "datasets/corpus.h"
#include "datasets/token_cache.h"
#include "tensor/error.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/limits.h"
#include "trainer/commands/model_option.h"
#include "trainer/commands/terminal.h"
#include "trainer/commands/training.h"
#include "trainer/loop/evaluate.h"
#include "trainer/loop/run_folder.h"
#include "trainer/program.h"

namespace tinymor {
namespace {

struct Options {
  ModelOption model;
  std::string data, rule;
  int64_t max_depth = 0;
  CacheFormat cache = CacheFormat::f32;
  bool lossy = false, json = false, quiet = false;
};

/// The whole of --data, or the part of its own text that the run kept back.
Windows windows(const Options& options, const LoadedModel& loaded) {
  const int64_t length = loaded.config().max_seq_len;
  const RunFolder run{options.model.path};
  const auto tell = [&](const std::string& note) {
    if (!options.quiet && !note.empty()) tinymor::tell(note);
  };
  const HearProgress progress = token_progress(options.quiet);
  if (!options.data.empty()) {
    const bool of_a_run = std::filesystem::exists(run.config());
    const Corpus corpus(options.data, options.lossy);
    for (const std::string& note : corpus.notes()) tell(note);
    const bool separate = of_a_run && read_config(run.config()).data.separate_documents;
    const TokenizedText text = tokenize(corpus, *loaded.tokenizer, separate, {.progress = progress});
    for (const std::string& note : text.notes) tell(note);
    // A text that is shorter than a window is one.
    return {text.ids, std::clamp<int64_t>(text.ids.size() - 1, 1, length), loaded.tokenizer->unknown()};
  }
  check_input(std::filesystem::exists(run.config()),
              "eval: which text? (add --data FILE; {} is not a run folder with a text of its own)", options.model.path);
  const Config config = read_config(run.config());
  if (run.has_run()) check_kept(run, config);
  check_data_is_there(config);
  const Corpus corpus = corpus_of(config);
  tell(change_note(run, config.data.source, corpus.fingerprint()));
  const DataSplit split = split_text(config, *loaded.tokenizer, corpus, progress);
  check_input(!split.held_out.empty(), "eval: the run kept no text back (add --data FILE)");
  return {split.held_out, length, loaded.tokenizer->unknown()};
}

void eval(const Options& options) {
  const LoadedModel loaded = load_model(options.model, options.quiet);
  const std::string source = options.data.empty() ? options.model.path : options.data;
  const Windows text = where_memory_lasts(source, [&] { return windows(options, loaded); });
  const double bytes = bytes_per_prediction(text, *loaded.tokenizer);
  const bool routed = loaded.config().routing == Routing::expert_choice;
  nlohmann::ordered_json rules;
  int64_t tokens = 0, unknown = 0;
  const bool chosen = routed && !options.rule.empty();
  for (Rule rule : chosen ? std::vector{enum_value<Rule>(options.rule, "--rule")} : rules_of(loaded.config())) {
    const Evaluation e = evaluate(*loaded.model, text, rule, {.max_depth = options.max_depth, .cache = options.cache});
    tokens = e.tokens;
    unknown = e.unknown;
    rules[routed ? enum_name(rule) : "all"] = {{"loss", e.loss},
                                               {"perplexity", e.perplexity},
                                               {"bits_per_byte", bits_per_byte(e.loss, bytes)},
                                               {"mean_depth", e.mean_depth},
                                               {"sampling_accuracy", e.sampling_accuracy},
                                               {"dead_positions", e.dead_positions}};
    if (loaded.config().routing == Routing::token_choice) {
      rules["all"]["max_violation"] = e.max_violation;
      rules["all"]["load_entropy"] = e.load_entropy;
    }
  }
  if (options.json) return print_json({{"tokens", tokens}, {"unknown", unknown}, {"rules", rules}}, 2);
  if (unknown > 0)
    fmt::print("{:.1f} % of the text are characters that the tokenizer does not know: their predictions are left out\n",
               100 * double(unknown) / double(unknown + tokens));
  fmt::print("{} predictions\n{:<10} {:>8} {:>11} {:>11} {:>11} {:>18}\n", tokens, "rule", "loss", "perplexity",
             "bits/byte", "mean depth", "sampling accuracy");
  for (const auto& [name, e] : rules.items())
    fmt::print("{:<10} {:>8.4f} {:>11.3f} {:>11.3f} {:>11.3f} {:>18.4f}\n", name, e["loss"].get<double>(),
               e["perplexity"].get<double>(), e["bits_per_byte"].get<double>(), e["mean_depth"].get<double>(),
               e["sampling_accuracy"].get<double>());
}

}  // namespace

void add_eval_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(
      app, "eval",
      "Loss and depth on held-out text, under the training and the causal rule. Predictions of characters "
      "that a char tokenizer does not know are left out and counted as \"unknown\". Sampling accuracy is how "
      "often the causal rule decides about a token as the training rule does",
      "tinymor eval runs/first --data other.txt --json");
  add_model_option(*command, options->model);
  add_weights_option(*command, options->model.weights);
  add_cache_format_option(*command, options->cache);
  add_data_option(*command, options->data, "Text to judge on (default: what the run held out of its own)");
  add_lossy_option(*command, options->lossy);
  command->add_option("--rule", options->rule, "Only this rule: topk (training), threshold (causal) or aux_threshold")
      ->check(rule_names());
  command->add_option("--max-depth", options->max_depth, "The most recursions per token")->check(at_least(1));
  command->add_flag("--json", options->json, "Print one JSON document");
  command->add_flag("--quiet", options->quiet, "Print the results only");
  add_threads_option(*command);
  command->callback([options] { eval(*options); });
}

}  // namespace tinymor
