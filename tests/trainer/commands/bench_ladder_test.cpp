// `tinymor bench gemm --ladder`: every rung has a name and a speed.

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/catch.h"

namespace {

std::string printed(const std::string& arguments) {
  FILE* pipe = popen((TINYMOR_PROGRAM " bench gemm --m 5 --n 7 --k 9 " + arguments).c_str(), "r");
  std::string text;
  for (int c; (c = std::fgetc(pipe)) != EOF;) text += char(c);
  CHECK(pclose(pipe) == 0);
  return text;
}

}  // namespace

TEST_CASE("the ladder has six rungs, from the naive loops to all threads") {
  const nlohmann::json ladder = nlohmann::json::parse(printed("--ladder --json")).at("ladder");
  std::vector<std::string> names;
  for (const auto& rung : ladder) {
    names.push_back(rung.at("rung"));
    CHECK(rung.at("gflops").get<double>() > 0);
  }
  CHECK(names == std::vector<std::string>{"naive", "reordered", "blocked", "tiled", "packed", "threads"});
  CHECK_THAT(printed("--ladder"), ContainsSubstring("naive") && ContainsSubstring("1.0 x"));
}

TEST_CASE("without --ladder bench gemm prints one number") {
  const nlohmann::json result = nlohmann::json::parse(printed("--json"));
  CHECK(result.size() == 1);
  CHECK(result.at("gflops").get<double>() > 0);
}
