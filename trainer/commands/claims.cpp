#include "trainer/experiments/claims.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "trainer/commands/commands.h"
#include "trainer/commands/limits.h"
#include "trainer/experiments/needed_depth.h"
#include "trainer/program.h"

namespace tinymor {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Spread& s) {
  return {{"mean", s.mean}, {"spread", s.deviation}};
}

/// Mean and spread over the seeds of everything in an Outcome; null where a model has no such number.
Json json_of(const std::vector<Outcome>& outcomes) {
  Json answers = Json::object();
  for (const auto& [kind, share] : outcomes.front().right) {
    std::vector<double> shares;
    for (const Outcome& outcome : outcomes) shares.push_back(outcome.right.at(kind));
    answers[kind] = json_of(spread_of(shares));
  }
  const auto number = [&](double Outcome::*member) { return json_of(spread_of(outcomes, member)); };
  return {{"loss", number(&Outcome::loss)},
          {"topk_loss", number(&Outcome::topk_loss)},
          {"mean_depth", number(&Outcome::mean_depth)},
          {"dead_positions", number(&Outcome::dead_positions)},
          {"depth_hard", number(&Outcome::depth_hard)},
          {"depth_easy", number(&Outcome::depth_easy)},
          {"depth_surprisal", number(&Outcome::depth_surprisal)},
          {"right", answers}};
}

Json facts(const std::string& corpus, int64_t seeds, const std::vector<VariantOutcomes>& all) {
  Json models = Json::array(), claims = Json::array();
  for (const VariantOutcomes& v : all)
    models.push_back(
        {{"model", v.variant}, {"equal_tokens", json_of(v.equal_tokens)}, {"equal_flops", json_of(v.equal_flops)}});
  for (const Claim& claim : compare_with_paper(all))
    claims.push_back({{"claim", claim.what},
                      {"unit", claim.unit},
                      {"paper", claim.paper},
                      {"here", claim.here.mean},
                      {"spread", claim.here.deviation}});
  return {{"corpus", corpus},
          {"steps", all.front().config.train.steps},
          {"seeds", seeds},
          {"models", models},
          {"claims", claims}};
}

/// "1.234 ± 0.005"
std::string text_of(const Json& spread, int digits, double unit = 1) {
  return fmt::format("{:.{}f} ± {:.{}f}", spread["mean"].get<double>() / unit, digits,
                     spread["spread"].get<double>() / unit, digits);
}

void print_row(const std::vector<std::string>& cells) {
  fmt::print("| {} |\n", fmt::join(cells, " | "));
}

void print_head(const std::vector<std::string>& titles) {
  fmt::print("\n");
  print_row(titles);
  print_row(std::vector<std::string>(titles.size(), "---"));
}

void print_losses(const Json& f) {
  print_head({"model", "equal tokens", "equal FLOPs", "training rule", "mean depth", "dead positions"});
  for (const Json& m : f["models"]) {
    const Json& tokens = m["equal_tokens"];
    print_row({m["model"], text_of(tokens["loss"], 3), text_of(m["equal_flops"]["loss"], 3),
               text_of(tokens["topk_loss"], 3), text_of(tokens["mean_depth"], 2),
               text_of(tokens["dead_positions"], 0, 0.01) + " %"});
  }
}

void print_claims(const Json& f) {
  if (f["claims"].empty()) return;
  print_head({"claim", "paper", "here", "unit"});
  for (const Json& claim : f["claims"])
    print_row({claim["claim"], fmt::format("{:+.3f}", claim["paper"].get<double>()),
               fmt::format("{:+.3f} ± {:.3f}", claim["here"].get<double>(), claim["spread"].get<double>()),
               claim["unit"]});
}

void print_depths(const Json& f) {
  print_head(
      {"model", "depth before answers", "depth before what follows by itself", "Spearman's ρ of depth and loss"});
  for (const Json& m : f["models"]) {
    const Json& tokens = m["equal_tokens"];
    if (std::isnan(tokens["depth_surprisal"]["mean"].get<double>())) continue;  // every token has the same depth
    print_row({m["model"], text_of(tokens["depth_hard"], 2), text_of(tokens["depth_easy"], 2),
               text_of(tokens["depth_surprisal"], 2)});
  }
}

void print_answers(const Json& f) {
  std::vector<std::string> titles = {"answers that are right, %"};
  for (const auto& [kind, share] : f["models"][0]["equal_tokens"]["right"].items()) titles.push_back(kind);
  print_head(titles);
  for (const Json& m : f["models"]) {
    std::vector<std::string> cells = {m["model"]};
    for (const Json& share : m["equal_tokens"]["right"]) cells.push_back(text_of(share, 0, 0.01));
    print_row(cells);
  }
}

void print(const Json& f) {
  fmt::print("\n{}: held-out loss in nats per character, mean ± standard deviation of {} seeds, {} steps\n",
             f["corpus"].get<std::string>(), f["seeds"].get<int64_t>(), f["steps"].get<int64_t>());
  print_losses(f);
  print_claims(f);
  if (f["corpus"] != "puzzles") return;
  print_depths(f);
  print_answers(f);
}

/// Mean and spread over the seeds.
Json over_seeds(const std::vector<DepthFound>& seeds, const std::function<double(const DepthFound&)>& number) {
  std::vector<double> values;
  for (const DepthFound& seed : seeds) values.push_back(number(seed));
  return json_of(spread_of(values));
}

Json facts(const std::vector<DepthFoundBySeed>& all, int64_t seeds) {
  Json models = Json::array();
  for (const DepthFoundBySeed& model : all) {
    Json right = Json::array(), depth = Json::array();
    for (size_t k = 0; k < size_t(most_hops); ++k) {
      right.push_back(over_seeds(model.seeds, [k](const DepthFound& found) { return found.right[k]; }));
      depth.push_back(over_seeds(model.seeds, [k](const DepthFound& found) { return found.depth[k]; }));
    }
    const auto number = [&](double DepthFound::*member) {
      return over_seeds(model.seeds, [member](const DepthFound& found) { return found.*member; });
    };
    models.push_back({{"model", model.variant},
                      {"right", right},
                      {"depth", depth},
                      {"depth_elsewhere", number(&DepthFound::depth_elsewhere)},
                      {"enough", number(&DepthFound::enough)},
                      {"correlation", number(&DepthFound::correlation)},
                      {"mean_depth", number(&DepthFound::mean_depth)}});
  }
  return {{"corpus", "hops"}, {"seeds", seeds}, {"models", models}};
}

void print_needed_depth(const Json& f) {
  fmt::print("\nhops: mean ± standard deviation of {} seeds\n", f["seeds"].get<int64_t>());
  print_head({"answers that are right, %", "once", "twice", "thrice"});
  for (const Json& m : f["models"]) {
    std::vector<std::string> cells = {m["model"]};
    for (const Json& share : m["right"]) cells.push_back(text_of(share, 0, 0.01));
    print_row(cells);
  }
  print_head({"depth", "once", "twice", "thrice", "elsewhere", "all", "enough, %", "ρ with steps"});
  for (const Json& m : f["models"]) {
    if (std::isnan(m["correlation"]["mean"].get<double>())) continue;  // every question has the same depth
    std::vector<std::string> cells = {m["model"]};
    for (const Json& depth : m["depth"]) cells.push_back(text_of(depth, 2));
    for (const char* key : {"depth_elsewhere", "mean_depth"}) cells.push_back(text_of(m[key], 2));
    cells.push_back(text_of(m["enough"], 0, 0.01));
    cells.push_back(text_of(m["correlation"], 2));
    print_row(cells);
  }
}

}  // namespace

void add_claims_bench(CLI::App& bench) {
  struct Options : ClaimsOptions {
    std::vector<std::string> corpora = {"stories", "puzzles"};
    bool json = false, quiet = false;
  };
  auto options = std::make_shared<Options>();
  options->folder = "runs/claims";
  CLI::App* command =
      add_command(bench, "claims", "Train small models side by side and compare them with the paper's claims",
                  "tinymor bench claims --corpus stories --corpus puzzles --out runs/claims\ntinymor bench claims "
                  "--corpus hops --seeds 1");
  command
      ->add_option("--corpus", options->corpora,
                   "stories, puzzles (default: both) or hops, with questions of one to three steps")
      ->allow_extra_args(false);
  command->add_option("--out", options->folder, "Folder for the runs; complete ones are used again")
      ->capture_default_str();
  command
      ->add_option(
          "--steps", options->steps,
          "Training steps of the vanilla model (stories: 1000, puzzles: 3000, hops: 12000; 20000 with the expected loss)")
      ->check(at_least(1));
  command->add_option("--seeds", options->seeds, "Seeds per model")->check(at_least(1))->capture_default_str();
  command->add_option("--only", options->only, "Only this model");
  command->add_option("--seed", options->seed, "The first seed")->capture_default_str();
  command->add_flag("--quiet", options->quiet, "Print nothing but the results");
  command->add_flag("--json", options->json, "Print one JSON document");
  add_threads_option(*command);
  command->callback([options] {
    if (!options->quiet) options->progress = tell;
    Json all = Json::array();
    for (const std::string& corpus : options->corpora) {
      if (corpus == "hops") {
        const NeededDepthOptions needed{options->folder, options->steps, options->seeds, options->only,
                                        options->progress};
        all.push_back(facts(measure_needed_depth(needed), options->seeds));
        if (!options->json) print_needed_depth(all.back());
        continue;
      }
      options->corpus = corpus;
      all.push_back(facts(corpus, options->seeds, measure_claims(*options)));
      if (!options->json) print(all.back());
    }
    if (options->json) print_json({{"corpora", all}}, 2);
  });
}

}  // namespace tinymor
