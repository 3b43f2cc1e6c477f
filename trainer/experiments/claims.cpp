#include "trainer/experiments/claims.h"

#include <algorithm>
#include <cmath>

#include "datasets/corpus.h"
#include "datasets/puzzles.h"
#include "mor/counts.h"
#include "mor/twins.h"
#include "tensor/error.h"
#include "trainer/loop/evaluate.h"
#include "trainer/loop/run_folder.h"
#include "trainer/loop/trainer.h"

namespace tinymor {
namespace {

/// Stories are learned gradually; answers to puzzles come late and all at once.
const std::map<std::string, int64_t> kStepsOfCorpus = {{"stories", 1000}, {"puzzles", 3000}};

Config base_config(const std::string& corpus) {
  check_input(kStepsOfCorpus.contains(corpus), "--corpus: there is no {} (use stories, puzzles or hops)", corpus);
  Config config = Config::defaults();
  config.train.steps = kStepsOfCorpus.at(corpus);
  config.model.d_model = 64;
  config.model.d_ff = 192;
  config.data.source = corpus;
  config.data.tokenizer = TokenizerKind::character;
  config.train.batch_size = 16;
  config.train.eval_every = 1 << 30;
  config.train.record_every = 1 << 30;
  config.train.checkpoint_every = 1 << 30;
  return config;
}

/// Depths and losses by what the next character is.
class DepthStudy {
 public:
  explicit DepthStudy(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

  void see(const IntTensor& ids, const ForwardResult& result, const Tensor& nll) {
    const int64_t length = ids.dim(1);
    const IntTensor guess = argmax(result.logits.value(), -1);
    for (int64_t i = 0; i < ids.dim(0); ++i) {
      const std::vector<ByteKind> kinds = kinds_of(tokenizer_.decode(ids.select(0, i).values()));
      for (int64_t t = 0; t + 1 < length; ++t) {
        const int64_t at = i * length + t;
        depth_.push_back(result.depth[at]);
        surprisal_.push_back(nll.data()[at]);
        const ByteKind next = kinds[t + 1];
        if (is_answer(next)) {
          right_[int(next)] += guess.data()[at] == ids.data()[at + 1];
          asked_[int(next)] += 1;
        }
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
    for (size_t kind = 0; kind < byte_kind_names.size(); ++kind)
      if (asked_[kind] > 0) outcome.right[byte_kind_names[kind]] = right_[kind] / asked_[kind];
  }

 private:
  const Tokenizer& tokenizer_;
  std::vector<double> depth_, surprisal_;
  double sums_[2] = {0, 0}, counts_[2] = {0, 0};  // easy, hard
  std::array<double, byte_kind_names.size()> right_{}, asked_{};
};

/// Judges a run, which is trained first unless it is complete.
Outcome outcome_of(const Config& config, const std::filesystem::path& folder, int64_t max_windows) {
  train_unless_done(config, folder);
  const LoadedModel loaded = load_model(folder, Checkpoint::newest);
  const DataSplit split = split_text(config, *loaded.tokenizer, corpus_of(config));
  const Windows windows(split.held_out, config.model.max_seq_len);
  const bool puzzles = config.data.source == "puzzles";
  DepthStudy study(*loaded.tokenizer);
  const SeeWindows see = [&](const auto&... seen) { study.see(seen...); };
  const Evaluation causal = evaluate(*loaded.model, windows, causal_rule(loaded.config()),
                                     {.max_windows = max_windows, .see = puzzles ? see : SeeWindows{}});
  Outcome outcome{.loss = causal.loss,
                  .topk_loss = causal.loss,
                  .mean_depth = causal.mean_depth,
                  .dead_positions = causal.dead_positions};
  if (loaded.config().routing == Routing::expert_choice)
    outcome.topk_loss = evaluate(*loaded.model, windows, Rule::topk, {.max_windows = max_windows}).loss;
  if (puzzles) study.conclude(outcome);
  return outcome;
}

}  // namespace

std::string variant_folder(const Variant& variant, int64_t steps, int64_t seed) {
  std::string name = variant.name;
  std::erase(name, ',');
  std::replace(name.begin(), name.end(), ' ', '-');
  return fmt::format("{}-{}-{}", name, steps, seed);
}

void train_unless_done(const Config& config, const std::filesystem::path& folder,
                       const std::function<std::optional<Start>()>& start) {
  if (std::filesystem::exists(folder)) {
    const std::string teacher = "train.teacher=" + config.train.teacher;  // which may have moved
    Trainer trainer = Trainer::resume(folder, {.steps = config.train.steps, .sets = {teacher}});
    if (trainer.step() < config.train.steps) trainer.run();
  } else {
    Trainer(config, folder, start ? start() : std::nullopt).run();
  }
}

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

Config claims_config(const std::string& corpus, const Variant& variant) {
  Config config = base_config(corpus);
  for (const std::string& setting : variant.settings) set_config_key(config, setting);
  validate(config);
  return config;
}

std::vector<VariantOutcomes> measure_claims(const ClaimsOptions& options) {
  const auto config_of = [&](const Variant& variant) {
    Config config = claims_config(options.corpus, variant);
    if (options.steps > 0) config.train.steps = options.steps;
    return config;
  };
  const ModelConfig vanilla = config_of(variants().front()).model;
  std::vector<VariantOutcomes> all;
  for (const Variant& variant : variants()) {
    if (!options.only.empty() && options.only != variant.name) continue;
    all.push_back({.variant = variant.name, .config = config_of(variant)});
    const int64_t steps = all.back().config.train.steps;
    const int64_t more = steps_of_equal_flops(vanilla, all.back().config.model, steps);
    for (uint64_t seed = options.seed; seed < options.seed + uint64_t(options.seeds); ++seed) {
      const auto run = [&](int64_t steps) {
        Config config = all.back().config;
        config.train.seed = seed;
        config.train.steps = steps;
        const auto folder = options.folder / options.corpus / variant_folder(variant, steps, int64_t(seed));
        options.progress(folder.string());
        return outcome_of(config, folder, options.max_windows);
      };
      all.back().equal_tokens.push_back(run(steps));
      all.back().equal_flops.push_back(more == steps ? all.back().equal_tokens.back() : run(more));
    }
  }
  check_input(!all.empty(), "--only: there is no variant {}", options.only);
  return all;
}

Spread spread_of(const std::vector<Outcome>& outcomes, double Outcome::*number) {
  std::vector<double> values;
  for (const Outcome& outcome : outcomes) values.push_back(outcome.*number);
  return spread_of(values);
}

std::vector<Claim> compare_with_paper(const std::vector<VariantOutcomes>& outcomes) {
  const auto find = [&](const std::string& name) {
    const auto found =
        std::find_if(outcomes.begin(), outcomes.end(), [&](const VariantOutcomes& v) { return v.variant == name; });
    return found == outcomes.end() ? nullptr : &*found;
  };
  std::vector<Claim> claims;
  if (const auto* mor = find("expert choice"), *vanilla = find("vanilla"); mor && vanilla) {
    const ModelConfig &a = mor->config.model, &b = vanilla->config.model;
    const auto ratio = [&](const char* what, double paper, double here) {
      claims.push_back({what, "of vanilla's", paper, {here, 0}});
    };
    ratio("parameters outside of the embedding, MoR (T3)", 118.0 / 315,
          double(count_parameters(a).layers + count_parameters(a).routers) / double(count_parameters(b).layers));
    ratio("FLOPs per token, MoR (T3)", 11.0 / 16.5,
          paper_flops_per_token(a, a.max_seq_len) / paper_flops_per_token(b, b.max_seq_len));
    ratio("bytes of cache per token, MoR (T2, with the two unique layers)", 22.0 / 32,
          kv_bytes_per_token(a, a.kv_cache) / vanilla_kv_bytes_per_token(b));
  }
  const auto difference = [&](const char* what, const char* name_a, const char* name_b, double paper_a, double paper_b,
                              std::vector<Outcome> VariantOutcomes::*which) {
    const VariantOutcomes *a = find(name_a), *b = find(name_b);
    if (!a || !b) return;
    std::vector<double> differences;
    for (size_t i = 0; i < (a->*which).size(); ++i) differences.push_back((a->*which)[i].loss - (b->*which)[i].loss);
    claims.push_back({what, "nats", paper_a - paper_b, spread_of(differences)});
  };
  const auto tokens = &VariantOutcomes::equal_tokens, flops = &VariantOutcomes::equal_flops;
  difference("MoR against vanilla, equal FLOPs (T3)", "expert choice", "vanilla", 2.7925, 2.7824, flops);
  difference("MoR against recursive, equal FLOPs (T3)", "expert choice", "recursive", 2.7925, 2.8466, flops);
  difference("expert against token choice, equal FLOPs (T3)", "expert choice", "token choice", 2.7925, 2.9163, flops);
  difference("recursive against vanilla, equal tokens (T10)", "recursive", "vanilla", 2.8760, 2.8471, tokens);
  difference("learned against random router, equal tokens (T13)", "expert choice", "expert choice, random router",
             2.8667, 2.9335, tokens);
  difference("shared against own keys, recursive (T15)", "recursive, shared keys", "recursive", 2.8854, 2.8760, tokens);
  difference("shared against own keys, expert choice (T15)", "expert choice, shared keys", "expert choice", 2.8895,
             2.8667, tokens);
  difference("hybrid against own keys, expert choice (T15)", "expert choice, hybrid keys", "expert choice", 2.8653,
             2.8667, tokens);
  difference("shared against own keys, token choice (T15)", "token choice, shared keys", "token choice", 2.9155, 2.9358,
             tokens);
  return claims;
}

}  // namespace tinymor
