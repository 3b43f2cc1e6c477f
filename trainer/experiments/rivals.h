#pragma once
// What else makes a model cheaper to use, beside a Mixture-of-Recursions: fewer layers, rounded weights, weights left
// out, a teacher, layers after which a token may stop, experts. All are trained on the bundled stories for the same
// FLOPs, by the count of mor/counts.h, and then judged by what they lose, and by three costs: bytes of weights, layers
// per token, and time.
//
// Every run is an ordinary run folder; those that are there and complete are not trained again.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mor/prune.h"
#include "tensor/packed_matrix.h"
#include "trainer/experiments/claims.h"

namespace tinymor {

/// One way to spend less.
struct Rival {
  std::string name;
  std::vector<std::string> settings = {};  ///< as for --set, over a MoR model
  WeightFormat format = WeightFormat::f32;
  /// After three quarters of the FLOPs half of these are left out, and what is left trains for the last quarter; single
  /// weights would not stay 0 in that, so they are left out at the end.
  std::optional<Pruned> pruned = {};
  bool taught = false;  ///< by the vanilla model of the same seed, whose own training is not counted
};
/// Vanilla comes first.
const std::vector<Rival>& rivals();

/// What a rival costs and reaches.
struct RivalOutcome {
  std::string name;
  std::vector<double> losses = {};  ///< held-out, causal rule, nats per token; one per seed
  int64_t weight_bytes = 0;         ///< of all weights, each counted once, in its format
  double layers_per_token = 0;      ///< of the held-out text, mean of the seeds
  double tokens_per_s = 0;          ///< one text, written token by token; median of the seeds
};

struct RivalsOptions {
  std::filesystem::path folder;
  int64_t steps = 1000;  ///< of the vanilla model
  int64_t seeds = 3;
  int64_t max_windows = 0;  ///< of held-out text that are judged; 0: all
  std::string only = {};    ///< a rival, or empty for all
  std::function<void(const std::string&)> progress = [](const std::string&) {};
};

/// Trains what is missing and judges all. Throws InputError for a rival that there is not.
std::vector<RivalOutcome> measure_rivals(const RivalsOptions& options);

}  // namespace tinymor
