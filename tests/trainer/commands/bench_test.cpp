// `tinymor bench`: the numbers it prints, and every rung of the ladder of `bench gemm --ladder` with its speed.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/program.h"
#include "support/temporary_folder.h"

using namespace tinymor;
using nlohmann::json;

namespace {

Output bench(const std::string& arguments) {
  static const TemporaryFolder folder;
  return tinymor_in(folder.path(), "bench " + arguments);
}

std::string gemm(const std::string& arguments) {
  const Output output = bench("gemm --m 5 --n 7 --k 9 " + arguments);
  CHECK(output.status == 0);
  return output.out;
}

}  // namespace

TEST_CASE("benchmarks print the documented JSON") {
  const json train = json::parse(bench("train --preset baby --steps 2 --json").out);
  CHECK(train["preset"] == "baby");
  CHECK(train["params"] == 800000);
  for (const char* key : {"ms_per_step", "tokens_per_s", "gflops", "peak_rss_mb"}) CHECK(train[key].get<double>() > 0);
  CHECK(json::parse(bench("gemm --m 65 --n 33 --k 17 --json").out)["gflops"].get<double>() > 0);
  for (const char* weights : {"f32", "int8"}) {
    const json decode =
        json::parse(bench(std::string("decode --preset baby --tokens 5 --json --weights ") + weights).out);
    CHECK(decode["preset"] == "baby");
    CHECK(decode["weights"] == weights);
    // A panel has 32 columns: 344 hidden units are filled up to 352, and the head's 65 letters to 96.
    const int64_t matrices = 4 * (4 * 128 * 128 + 2 * 352 * 128 + 128 * 344) + 96 * 128, norms = 9 * 128;
    const int64_t rows = 4 * (4 * 128 + 2 * 344 + 128) + 65;  // each with a scale and a sum
    CHECK(decode["weight_bytes"] ==
          (weights == std::string("f32") ? 4 * matrices + 4 * norms : matrices + 8 * rows + 4 * norms));
    for (const char* key : {"threads", "tokens_per_s", "ms_per_token", "gb_per_s", "read_gb_per_s", "peak_rss_mb"})
      CHECK(decode[key].get<double>() > 0);
  }
  const json serve = json::parse(bench("serve --texts 5 --slots 2 --tokens 4 --rounds 1 --json "
                                       "--set model.d_model=12 --set model.n_layers=6")
                                     .out)["rows"];
  REQUIRE(serve.size() == 12);
  for (size_t i = 0; i < serve.size(); ++i) {
    const json& row = serve[i];
    CHECK(row["model"] == std::vector{"vanilla", "recursive", "MoR"}[i % 6 / 2]);
    CHECK(row["batching"] == (i % 2 ? "by depth" : "by sequence"));
    CHECK(row["slots"] == (i < 6 ? 2 : 8));
    CHECK((row["cache_bytes"] == 0) == (i < 6));
    for (const char* key : {"tokens_per_s", "ratio", "rows_per_call", "calls_per_token", "p50_ms", "p95_ms"})
      CHECK(row[key].get<double>() > 0);
  }
  for (size_t first : {0, 6}) {
    CHECK(serve[first]["ratio"] == 1);
    CHECK(serve[first]["calls_per_token"] == 1);
    CHECK(serve[first + 2]["calls_per_token"] == 4);
    CHECK(serve[first + 5]["calls_per_token"] < 4);
  }
  CHECK(bench("train --preset huge").err ==
        "error: --preset: there is no huge (use one of baby, small, small-rec, small-mor, big, big-rec, big-mor, "
        "stories15M)\n");
}

TEST_CASE("the ladder has six rungs, from the naive loops to all threads") {
  const json ladder = json::parse(gemm("--ladder --json")).at("ladder");
  std::vector<std::string> names;
  for (const auto& rung : ladder) {
    names.push_back(rung.at("rung"));
    CHECK(rung.at("gflops").get<double>() > 0);
  }
  CHECK(names == std::vector<std::string>{"naive", "reordered", "blocked", "tiled", "packed", "threads"});
  CHECK_THAT(gemm("--ladder"), ContainsSubstring("naive") && ContainsSubstring("1.0 x"));
}

TEST_CASE("without --ladder bench gemm prints one number") {
  const json result = json::parse(gemm("--json"));
  CHECK(result.size() == 1);
  CHECK(result.at("gflops").get<double>() > 0);
}
