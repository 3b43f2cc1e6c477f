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
  const json serve = json::parse(bench("serve --texts 5 --slots 2 --tokens 4 --json "
                                       "--set model.d_model=12 --set model.n_layers=6")
                                     .out);
  REQUIRE(serve.size() == 3);
  CHECK(serve[0]["model"] == "vanilla, by sequence");
  CHECK(serve[2]["model"] == "MoR, by depth");
  CHECK(serve[0]["block_calls_per_token"] == 1);
  for (const char* key : {"tokens_per_s", "faster", "tokens_per_block_call", "block_calls_per_token"})
    for (const json& row : serve) CHECK(row[key].get<double>() > 0);
  CHECK(bench("train --preset huge").err ==
        "error: --preset: there is no huge (use one of baby, small, small-rec, small-mor, big, big-rec, big-mor)\n");
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
