#pragma once
// What the paper claims, at toy scale: small models of one width and unrolled depth, trained side by side on two texts,
// with several seeds. Equal tokens: all take the same number of steps. Equal FLOPs: a model that costs less per token
// takes more steps, by the paper's count (mor/counts.h). Losses are those of held-out text under the causal rule.
//
// Every run is an ordinary run folder; those that are there and complete are not trained again.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "trainer/config.h"
#include "trainer/experiments/statistics.h"
#include "trainer/loop/trainer.h"

namespace tinymor {

struct Variant {
  std::string name;
  std::vector<std::string> settings;  ///< as for --set, over base_config
};
/// Vanilla, recursive, and MoR by each kind of routing and KV strategy.
const std::vector<Variant>& variants();
/// How a variant is trained on "stories" or "puzzles" at equal tokens. Throws InputError for another corpus.
Config claims_config(const std::string& corpus, const Variant& variant);

/// The folder of a run of a variant among the others: "expert-choice-shared-keys-3000-1".
std::string variant_folder(const Variant& variant, int64_t steps, int64_t seed);
/// Trains `config` into `folder`, from where that run stands; does nothing where it is complete. A new run begins from
/// what `start` returns, if there is one.
void train_unless_done(const Config& config, const std::filesystem::path& folder,
                       const std::function<std::optional<Start>()>& start = {});

/// What a run of a variant reached.
struct Outcome {
  double loss = 0;       ///< causal rule
  double topk_loss = 0;  ///< training rule; the same without expert choice
  double mean_depth = 0;
  double dead_positions = 0;
  // On puzzles only, by what is to be predicted:
  double depth_hard = 0, depth_easy = 0;     ///< mean depth before answers, and before what follows from the pattern
  double depth_surprisal = 0;                ///< Spearman's rho of depth and loss
  std::map<std::string, double> right = {};  ///< share of the answers that are right, by their kind
};

struct VariantOutcomes {
  std::string variant;
  Config config = {};                                        ///< as at equal tokens
  std::vector<Outcome> equal_tokens = {}, equal_flops = {};  ///< one per seed
};

struct ClaimsOptions {
  std::filesystem::path folder;
  std::string corpus;       ///< "stories" or "puzzles"
  int64_t steps = 0;        ///< of the vanilla model; 0: as many as the corpus needs
  int64_t seeds = 3;        ///< how many
  uint64_t seed = 1;        ///< the first
  int64_t max_windows = 0;  ///< of held-out text that are judged; 0: all
  std::string only = {};    ///< a variant, or empty for all
  std::function<void(const std::string&)> progress = [](const std::string&) {};
};

/// Trains what is missing and judges all. Throws InputError for a corpus or variant that there is not.
std::vector<VariantOutcomes> measure_claims(const ClaimsOptions& options);

/// A number in the paper and the same number here.
struct Claim {
  std::string what, unit;
  double paper;
  Spread here;  ///< over the seeds
};
/// Over the seeds.
Spread spread_of(const std::vector<Outcome>& outcomes, double Outcome::*number);
/// The claims for which `outcomes` has the models.
std::vector<Claim> compare_with_paper(const std::vector<VariantOutcomes>& outcomes);

}  // namespace tinymor
