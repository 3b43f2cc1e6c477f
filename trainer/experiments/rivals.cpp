#include "trainer/experiments/rivals.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "mor/counts.h"
#include "tensor/error.h"
#include "trainer/experiments/bench.h"
#include "trainer/experiments/decode_bench.h"
#include "trainer/loop/evaluate.h"
#include "trainer/loop/run_folder.h"

namespace tinymor {
namespace {

constexpr int64_t kWritten = 120;  // tokens, to time them
const std::vector<std::string> kVanilla = {"model.sharing=none", "model.n_recursions=1", "model.routing=none"};

std::vector<std::string> with(std::vector<std::string> settings, const std::vector<std::string>& more) {
  settings.insert(settings.end(), more.begin(), more.end());
  return settings;
}

Config config_of(const Rival& rival, uint64_t seed) {
  Config config = claims_config("stories", {rival.name, rival.settings});
  config.train.seed = seed;
  return config;
}

/// The runs of one seed.
class Runs {
 public:
  Runs(const RivalsOptions& options, uint64_t seed) : options_(options), seed_(seed) {}

  /// The folder of the rival's weights, which are trained unless they are there.
  std::filesystem::path of(const Rival& rival) const {
    if (rival.pruned == Pruned::units) return halved(rival);
    Config config = config_of(rival, seed_);
    if (rival.taught) config.train.teacher = of(rivals().front()).string();
    const auto shares_run = [&](const Rival& other) {
      return other.settings == rival.settings && other.taught == rival.taught && other.pruned != Pruned::units;
    };
    return trained(std::find_if(rivals().begin(), rivals().end(), shares_run)->name, config, 1);
  }

 private:
  /// A run for this share of the FLOPs.
  std::filesystem::path trained(const std::string& name, Config config, double share,
                                const std::function<std::optional<Start>()>& start = {}) const {
    const auto forward = [&](const ModelConfig& model) { return honest_flops_per_token(model, model.max_seq_len); };
    const ModelConfig vanilla = config_of(rivals().front(), seed_).model;
    const double taught = config.train.teacher.empty() ? 0 : forward(vanilla);
    const double cost = (3 * forward(config.model) + taught) / (3 * forward(vanilla));
    config.train.steps = std::max<int64_t>(1, std::llround(share * double(options_.steps) / cost));
    const auto folder = options_.folder / variant_folder({name, {}}, config.train.steps, int64_t(seed_));
    options_.progress(folder.string());
    train_unless_done(config, folder, start);
    return folder;
  }

  std::filesystem::path halved(const Rival& rival) const {
    const auto whole = trained("vanilla", config_of(rivals().front(), seed_), 0.75);
    Config config = config_of(rival, seed_);
    config.model.d_ff /= 2;
    config.train.warmup_steps = 0;
    return trained(rival.name, config, 0.25, [&] {
      const LoadedModel loaded = load_model(whole, Checkpoint::newest);
      return Start{pruned(*loaded.model, *rival.pruned, 0.5), loaded.tokenizer};
    });
  }

  const RivalsOptions& options_;
  const uint64_t seed_;
};

/// Judges a rival's weights, adds what it finds to `outcome`, and returns their speed.
double judge(const Rival& rival, const std::filesystem::path& folder, int64_t max_windows, RivalOutcome& outcome) {
  const LoadedModel loaded = load_model(folder, Checkpoint::newest);
  Model model = rival.pruned == Pruned::weights ? pruned(*loaded.model, *rival.pruned, 0.5) : loaded.model->clone();
  const DecodeBench speed = bench_decode(model.clone(), rival.format, kWritten);
  model.pack(rival.format);
  const Config config = read_config(RunFolder{folder}.config());
  const Windows windows(split_text(config, *loaded.tokenizer, corpus_of(config)).held_out, config.model.max_seq_len);
  const Evaluation found = evaluate(model, windows, causal_rule(model.config()), {.max_windows = max_windows});
  outcome.losses.push_back(found.loss);
  outcome.layers_per_token += layers_per_token(model.config(), found.mean_depth);
  outcome.weight_bytes = speed.weight_bytes;
  return speed.tokens_per_s;
}

}  // namespace

const std::vector<Rival>& rivals() {
  static const std::vector<std::string> recursive = {"model.routing=none"},
                                        fewer = with(kVanilla, {"model.n_layers=6"}),
                                        experts = with(kVanilla, {"model.ffn=experts", "model.n_experts=4"});
  static const std::vector<Rival> all = {
      {"vanilla", kVanilla},
      {"vanilla, int8", kVanilla, WeightFormat::int8},
      {"vanilla, int4", kVanilla, WeightFormat::int4},
      {"vanilla, half of the weights 0", kVanilla, WeightFormat::f32, Pruned::weights},
      {"vanilla, half of the units", kVanilla, WeightFormat::f32, Pruned::units},
      {"6 layers", fewer},
      {"6 layers, taught", fewer, WeightFormat::f32, {}, true},
      {"recursive", recursive},
      {"recursive, relaxed",
       with(recursive, {"model.recursion_encoding=add", "model.own_norms=true", "model.lora_rank=4"})},
      {"MoR", {}},
      {"MoR, taught", {}, WeightFormat::f32, {}, true},
      {"MoR, int4", {}, WeightFormat::int4},
      {"early exit", {"model.sharing=none", "model.n_recursions=4", "model.routing=exit_gate"}},
      {"4 experts", experts},
  };
  return all;
}

std::vector<RivalOutcome> measure_rivals(const RivalsOptions& options) {
  std::vector<RivalOutcome> all;
  for (const Rival& rival : rivals()) {
    if (!options.only.empty() && options.only != rival.name) continue;
    all.push_back({rival.name});
    std::vector<double> speeds;
    for (int64_t seed = 1; seed <= options.seeds; ++seed)
      speeds.push_back(judge(rival, Runs(options, uint64_t(seed)).of(rival), options.max_windows, all.back()));
    all.back().layers_per_token /= double(options.seeds);
    std::sort(speeds.begin(), speeds.end());
    all.back().tokens_per_s = median(speeds);
  }
  std::vector<std::string> names;
  for (const Rival& rival : rivals()) names.push_back(rival.name);
  check_input(!all.empty(), "--only: there is no \"{}\" (give one of: {})", options.only, fmt::join(names, "; "));
  return all;
}

}  // namespace tinymor
