#include "trainer/experiments/claims.h"

#include <set>

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"
#include "trainer/loop/evaluate.h"

using namespace tinymor;

TEST_CASE("slow: a variant is trained at equal tokens and at equal FLOPs once, and judged the same the next time") {
  const TemporaryFolder folder;
  ClaimsOptions options{
      .folder = folder.path(), .corpus = "puzzles", .steps = 3, .seeds = 1, .max_windows = 50, .only = "expert choice"};
  const std::vector<VariantOutcomes> first = measure_claims(options);
  REQUIRE(first.size() == 1);
  CHECK(first[0].variant == "expert choice");
  REQUIRE(first[0].equal_tokens.size() == 1);
  REQUIRE(first[0].equal_flops.size() == 1);
  CHECK(first[0].equal_flops[0].loss < first[0].equal_tokens[0].loss);  // it took more steps
  const auto lines_of_metrics = [&] {
    size_t runs = 0, bytes = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path()))
      if (entry.path().filename() == "metrics.jsonl") ++runs, bytes += entry.file_size();
    return std::pair(runs, bytes);
  };
  const auto before = lines_of_metrics();
  CHECK(before.first == 2);
  const std::vector<VariantOutcomes> again = measure_claims(options);
  CHECK(lines_of_metrics() == before);
  CHECK(again[0].equal_tokens[0].loss == first[0].equal_tokens[0].loss);
  CHECK(again[0].equal_flops[0].depth_hard == first[0].equal_flops[0].depth_hard);
}

TEST_CASE("the variants are all legal, and each has a name of its own") {
  std::set<std::string> names;
  for (const Variant& variant : variants()) {
    Config config = Config::defaults();
    for (const std::string& setting : variant.settings) set_config_key(config, setting);
    CHECK_NOTHROW(validate(config));
    names.insert(variant.name);
  }
  CHECK(names.size() == variants().size());
  CHECK_THROWS_AS(measure_claims({.folder = "x", .corpus = "shakespeare"}), InputError);
}

TEST_CASE("positions that no token goes through to the end are dead, those of the others are not") {
  Config config = Config::defaults();
  config.model.vocab_size = 9;
  config.model.max_seq_len = 16;
  validate(config);
  const Model model(config.model, 1);
  std::vector<int32_t> ids;
  for (int i = 0; i < 161; ++i) ids.push_back(i * i % 9);
  const Windows windows(ids, 16);
  CHECK(evaluate(model, windows, Rule::topk, {.max_depth = 1}).dead_positions == 1);
  const Evaluation all = evaluate(model, windows, Rule::topk);
  CHECK(all.dead_positions <= 11.0 / 16);  // each window has 5 tokens that take all three
  CHECK(all.dead_positions > 0);
}
