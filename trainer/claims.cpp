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
class DepthStudy {
 public:
  explicit DepthStudy(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

  void see(const IntTensor& ids, const ForwardResult& result, const Tensor& nll) {
    const int64_t length = ids.dim(1);
    for (int64_t i = 0; i < ids.dim(0); ++i) {
      const std::vector<ByteKind> kinds = kinds_of(tokenizer_.decode(ids.select(0, i).values()));
      for (int64_t t = 0; t + 1 < length; ++t) {
        const int64_t at = i * length + t;
        depth_.push_back(result.depth[at]);
        surprisal_.push_back(nll.data()[at]);
        const ByteKind next = kinds[t + 1];
        const bool hard = is_answer(next), easy = next == ByteKind::filler || next == ByteKind::structure;
        if (!hard && !easy) continue;
        sums_[hard] += result.depth[at];
        counts_[hard] += 1;
      }
    }
  }

  void conclude(Outcome& outcome) const {
    outcome.depth_easy = sums_[0] / counts_[0];
    outcome.depth_hard = sums_[1] / counts_[1];
    outcome.depth_surprisal = rank_correlation(depth_, surprisal_);
  }

 private:
  const Tokenizer& tokenizer_;
  std::vector<double> depth_, surprisal_;
  double sums_[2] = {0, 0}, counts_[2] = {0, 0};  // easy, hard
};

/// "expert-choice-shared-keys"
std::string file_name(std::string variant) {
  std::erase(variant, ',');
  std::replace(variant.begin(), variant.end(), ' ', '-');
  return variant;
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
  const DataSplit split = split_text(config, *loaded.tokenizer, load_corpus(config.data.source));
  const Batch windows = consecutive_windows(split.held_out, config.model.max_seq_len);
  const bool puzzles = config.data.source == "puzzles";
  DepthStudy study(*loaded.tokenizer);
  const SeeWindows see = [&](const auto&... seen) { study.see(seen...); };
  const Evaluation causal =
      evaluate(*loaded.model, windows, causal_rule(loaded.config()), max_windows, 0, puzzles ? see : SeeWindows{});
  Outcome outcome{.loss = causal.loss,
                  .topk_loss = causal.loss,
                  .mean_depth = causal.mean_depth,
                  .dead_positions = causal.dead_positions};
  if (loaded.config().routing == Routing::expert_choice)
    outcome.topk_loss = evaluate(*loaded.model, windows, Rule::topk, max_windows).loss;
  if (puzzles) study.conclude(outcome);
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
  const auto config_of = [&](const Variant& variant) {
    Config config = base_config(options.corpus);
    for (const std::string& setting : variant.settings) set_config_key(config, setting);
    config.train.steps = options.steps;
    validate(config);
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
        const auto folder =
            options.folder / options.corpus / fmt::format("{}-{}-{}", file_name(variant.name), steps, seed);
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
