#include "trainer/claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>

#include "trainer/commands/commands.h"
#include "trainer/statistics.h"

namespace tinymor {
namespace {

using Number = double Outcome::*;

Spread spread(const std::vector<Outcome>& outcomes, Number number) {
  std::vector<double> values;
  for (const Outcome& outcome : outcomes) values.push_back(outcome.*number);
  return spread_of(values);
}

std::string text_of(const Spread& s, int digits = 3) {
  return fmt::format("{:.{}f} ± {:.{}f}", s.mean, digits, s.deviation, digits);
}

void print_losses(const std::vector<VariantOutcomes>& all) {
  fmt::print(
      "| model | equal tokens | equal FLOPs | training rule | mean depth | dead positions "
      "|\n|---|---|---|---|---|---|\n");
  for (const VariantOutcomes& v : all)
    fmt::print("| {} | {} | {} | {} | {:.2f} | {:.0f} % |\n", v.variant,
               text_of(spread(v.equal_tokens, &Outcome::loss)), text_of(spread(v.equal_flops, &Outcome::loss)),
               text_of(spread(v.equal_tokens, &Outcome::topk_loss)), spread(v.equal_tokens, &Outcome::mean_depth).mean,
               100 * spread(v.equal_tokens, &Outcome::dead_positions).mean);
}

/// What one of the paper's tables says about two models, and the same difference here.
struct Claim {
  std::string what, a, b;
  double paper;
  bool equal_flops;
};

void print_claims(const std::vector<VariantOutcomes>& all) {
  const std::vector<Claim> claims = {
      {"MoR against vanilla, equal FLOPs (T3)", "expert choice", "vanilla", 2.7925 - 2.7824, true},
      {"MoR against recursive, equal FLOPs (T3)", "expert choice", "recursive", 2.7925 - 2.8466, true},
      {"expert against token choice, equal FLOPs (T3)", "expert choice", "token choice", 2.7925 - 2.9163, true},
      {"recursive against vanilla, equal tokens (T10)", "recursive", "vanilla", 2.8760 - 2.8471, false},
      {"learned against random router, equal tokens (T13)", "expert choice", "expert choice, random router",
       2.8667 - 2.9335, false},
      {"shared against own keys, expert choice (T15)", "expert choice, shared keys", "expert choice", 2.8895 - 2.8667,
       false},
      {"hybrid against own keys, expert choice (T15)", "expert choice, hybrid keys", "expert choice", 2.8653 - 2.8667,
       false},
      {"shared against own keys, token choice (T15)", "token choice, shared keys", "token choice", 2.9155 - 2.9358,
       false},
  };
  const auto find = [&](const std::string& name) {
    return std::find_if(all.begin(), all.end(), [&](const VariantOutcomes& v) { return v.variant == name; });
  };
  fmt::print("\n| difference of losses, nats | paper | here | seeds |\n|---|---|---|---|\n");
  for (const Claim& claim : claims) {
    const auto a = find(claim.a), b = find(claim.b);
    if (a == all.end() || b == all.end()) continue;
    std::vector<double> differences;
    for (size_t i = 0; i < a->equal_tokens.size(); ++i)
      differences.push_back(claim.equal_flops ? a->equal_flops[i].loss - b->equal_flops[i].loss
                                              : a->equal_tokens[i].loss - b->equal_tokens[i].loss);
    fmt::print("| {} | {:+.3f} | {:+.3f} ± {:.3f} | {} |\n", claim.what, claim.paper, spread_of(differences).mean,
               spread_of(differences).deviation, differences.size());
  }
}

void print_depths(const std::vector<VariantOutcomes>& all) {
  fmt::print(
      "\n| model | depth before answers | depth before what follows by itself | Spearman's ρ of depth and loss "
      "|\n|---|---|---|---|\n");
  for (const VariantOutcomes& v : all) {
    if (std::isnan(v.equal_tokens.front().depth_surprisal)) continue;  // every token has the same depth
    fmt::print("| {} | {} | {} | {} |\n", v.variant, text_of(spread(v.equal_tokens, &Outcome::depth_hard), 2),
               text_of(spread(v.equal_tokens, &Outcome::depth_easy), 2),
               text_of(spread(v.equal_tokens, &Outcome::depth_surprisal), 2));
  }
}

}  // namespace

void add_claims_bench(CLI::App& bench) {
  auto options = std::make_shared<ClaimsOptions>();
  options->folder = "runs/claims";
  CLI::App* command =
      add_command(bench, "claims", "Train small models side by side and compare them with the paper's claims",
                  "tinymor bench claims --corpus stories --corpus puzzles --out runs/claims");
  auto corpora = std::make_shared<std::vector<std::string>>(std::vector<std::string>{"stories", "puzzles"});
  command->add_option("--corpus", *corpora, "stories or puzzles (default: both)")->allow_extra_args(false);
  command->add_option("--out", options->folder, "Folder for the runs; complete ones are used again")
      ->capture_default_str();
  command->add_option("--steps", options->steps, "Training steps of the vanilla model")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--seeds", options->seeds, "Seeds per model")->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--only", options->only, "Only this model");
  add_threads_option(*command);
  command->callback([options, corpora] {
    options->progress = [](const std::string& run) { std::cerr << run << std::endl; };
    for (const std::string& corpus : *corpora) {
      options->corpus = corpus;
      const std::vector<VariantOutcomes> all = measure_claims(*options);
      fmt::print("\n{}: held-out loss in nats per character, mean ± standard deviation of {} seeds, {} steps\n\n",
                 corpus, options->seeds, options->steps);
      print_losses(all);
      print_claims(all);
      if (corpus == "puzzles") print_depths(all);
    }
  });
}

}  // namespace tinymor
