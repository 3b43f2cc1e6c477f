#include "trainer/claims.h"

#include <algorithm>
#include <cmath>

#include "datasets/corpus.h"
#include "datasets/puzzles.h"
#include "mor/twins.h"
#include "tensor/error.h"
#include "trainer/evaluate.h"
#include "trainer/run_folder.h"
#include "trainer/statistics.h"
#include "trainer/trainer.h"

namespace tinymor {
namespace {

Config base_config(const std::string& corpus) {
  Config config = Config::defaults();
  config.model.d_model = 64;
  config.model.d_ff = 192;
  config.data.source = corpus;
  config.data.tokenizer = TokenizerKind::character;
  config.train.batch_size = 16;
  config.train.eval_every = config.train.record_every = config.train.checkpoint_every = 1 << 30;
  return config;
}

/// Depths and losses by what the next character is.
void study_depth(const Model& model, const Tokenizer& tokenizer, const Batch& windows, int64_t max_windows,
                 Outcome& outcome) {
  std::vector<double> depth, surprisal;
  double sums[2] = {0, 0}, counts[2] = {0, 0};  // easy, hard
  for_windows(model, windows, causal_rule(model.config()), max_windows, 0,
              [&](const IntTensor& ids, const ForwardResult& result, const Tensor& nll) {
                const int64_t length = ids.dim(1);
                for (int64_t i = 0; i < ids.dim(0); ++i) {
                  const std::vector<ByteKind> kinds = kinds_of(tokenizer.decode(ids.select(0, i).values()));
                  for (int64_t t = 0; t + 1 < length; ++t) {
                    const int64_t at = i * length + t;
                    depth.push_back(result.depth[at]);
                    surprisal.push_back(nll.data()[at]);
                    const ByteKind next = kinds[t + 1];
                    const bool hard = is_answer(next), easy = next == ByteKind::filler || next == ByteKind::structure;
                    if (!hard && !easy) continue;
                    sums[hard] += result.depth[at];
                    counts[hard] += 1;
                  }
                }
              });
  outcome.depth_easy = sums[0] / counts[0];
  outcome.depth_hard = sums[1] / counts[1];
  outcome.depth_surprisal = rank_correlation(depth, surprisal);
}

/// Trains `config` into `folder` unless that is done, and judges the result.
Outcome outcome_of(const Config& config, const std::filesystem::path& folder, int64_t max_windows) {
  if (std::filesystem::exists(folder)) {
    Trainer trainer = Trainer::resume(folder, config.train.steps);
    if (trainer.step() < config.train.steps) trainer.run();
  } else {
    Trainer(config, folder).run();
  }
  const LoadedModel loaded = load_model(folder);
  const int64_t length = config.model.max_seq_len;
  const DataSplit split =
      split_ids(loaded.tokenizer->encode(load_corpus(config.data.source)), config.data.val_fraction, length);
  const Batch windows = consecutive_windows(split.held_out, length);
  const Evaluation causal = evaluate(*loaded.model, windows, causal_rule(loaded.config()), max_windows);
  Outcome outcome{.loss = causal.loss,
                  .topk_loss = causal.loss,
                  .mean_depth = causal.mean_depth,
                  .dead_positions = causal.dead_positions};
  if (loaded.config().routing == Routing::expert_choice)
    outcome.topk_loss = evaluate(*loaded.model, windows, Rule::topk, max_windows).loss;
  if (config.data.source == "puzzles") study_depth(*loaded.model, *loaded.tokenizer, windows, max_windows, outcome);
  return outcome;
}

}  // namespace

const std::vector<Variant>& variants() {
  static const std::vector<Variant> all = {
      {"vanilla", {"model.sharing=none", "model.n_recursions=1", "model.routing=none"}},
      {"recursive", {"model.routing=none"}},
      {"recursive, shared keys", {"model.routing=none", "model.kv_cache=shared"}},
      {"expert choice", {}},
      {"expert choice, shared keys", {"model.kv_cache=shared"}},
      {"expert choice, hybrid keys", {"model.kv_cache=hybrid"}},
      {"expert choice, random router", {"router.random=true"}},
      {"token choice", {"model.routing=token_choice"}},
      {"token choice, shared keys", {"model.routing=token_choice", "model.kv_cache=shared"}},
      {"token choice, random router", {"model.routing=token_choice", "router.random=true"}},
  };
  return all;
}

std::vector<VariantOutcomes> measure_claims(const ClaimsOptions& options) {
  check_input(options.corpus == "stories" || options.corpus == "puzzles",
              "--corpus: there is no {} (use stories or puzzles)", options.corpus);
  const std::string text = load_corpus(options.corpus);
  const int64_t vocabulary = train_char_tokenizer(text)->vocab_size();
  const auto config_of = [&](const Variant& variant) {
    Config config = base_config(options.corpus);
    for (const std::string& setting : variant.settings) set_config_key(config, setting);
    config.train.steps = options.steps;
    validate(config);
    config.model.vocab_size = vocabulary;
    return config;
  };
  const ModelConfig vanilla = config_of(variants().front()).model;
  std::vector<VariantOutcomes> all;
  for (const Variant& variant : variants()) {
    if (!options.only.empty() && options.only != variant.name) continue;
    all.push_back({variant.name, {}, {}});
    for (int64_t seed = 1; seed <= options.seeds; ++seed) {
      Config config = config_of(variant);
      config.train.seed = uint64_t(seed);
      const int64_t more = steps_of_equal_flops(vanilla, config.model, options.steps);
      const auto run = [&](int64_t steps) {
        config.train.steps = steps;
        std::string name = variant.name;
        std::erase(name, ',');
        std::replace(name.begin(), name.end(), ' ', '-');
        const auto folder = options.folder / options.corpus / fmt::format("{}-{}-{}", name, steps, seed);
        options.progress(folder.string());
        return outcome_of(config, folder, options.max_windows);
      };
      all.back().equal_tokens.push_back(run(options.steps));
      all.back().equal_flops.push_back(more == options.steps ? all.back().equal_tokens.back() : run(more));
    }
  }
  check_input(!all.empty(), "--only: there is no variant {}", options.only);
  return all;
}

}  // namespace tinymor
