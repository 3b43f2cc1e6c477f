#pragma once
// Does a router find the tokens that need more passes? On questions of one to three steps (datasets/hops.h), by models
// of one layer that is used again and again, with the keys of the first pass: with newer ones the pairs would look each
// other up, and a question would follow two of them at once.
//
// Models of a fixed number of passes show how many a question needs; then each kind of routing shows what it makes of
// it. Every run is an ordinary run folder; those that are there and complete are not trained again.

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "datasets/hops.h"
#include "trainer/config.h"
#include "trainer/experiments/claims.h"

namespace tinymor {

/// Fixed numbers of passes, and each kind of routing.
const std::vector<Variant>& hops_variants();
/// How a variant is trained.
Config hops_config(const Variant& variant);

/// What a run reached on held-out text under the causal rule.
struct DepthFound {
  std::array<double, most_hops> right{};  ///< share of the questions of 1, 2, ... steps that are answered rightly
  std::array<double, most_hops> depth{};  ///< mean depth of the token that has to answer them
  double depth_elsewhere = 0;             ///< mean depth of all other tokens
  double enough = 0;                      ///< share of the questions whose token gets as many passes as they have steps
  double correlation = 0;                 ///< Spearman's rho of depth and steps over the questions; NaN for one depth
  double mean_depth = 0;                  ///< of all tokens
};

struct DepthFoundBySeed {
  std::string variant;
  std::vector<DepthFound> seeds;
};

struct NeededDepthOptions {
  std::filesystem::path folder;
  int64_t steps = 0;  ///< 0: as many as the task needs
  int64_t seeds = 5;
  std::string only = {};  ///< a variant, or empty for all
  std::function<void(const std::string&)> progress = [](const std::string&) {};
};

/// Trains what is missing and judges all. Throws InputError for a variant that there is not.
std::vector<DepthFoundBySeed> measure_needed_depth(const NeededDepthOptions& options);

}  // namespace tinymor
