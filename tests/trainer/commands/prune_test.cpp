// Models from which something is left out.

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program.h"
#include "support/trained_runs.h"
#include "tensor/files.h"

using namespace tinymor;
namespace fs = std::filesystem;
using nlohmann::json;

TEST_CASE("a pruned model is a folder that every command takes, and training goes on from it") {
  const fs::path& folder = trained_vanilla();
  for (const std::string from : {"run", "vanilla"})
    for (const std::string what : {"units", "weights"}) {
      INFO(from << " " << what);
      fs::remove_all(folder / "less");
      fs::remove_all(folder / "on");
      const Output made = tinymor_in(folder, "prune " + from + " less --keep 0.5 --what " + what);
      INFO(made.err);
      REQUIRE(made.status == 0);
      CHECK(made.err.find(what == "units" ? " parameters of " : " parameters are 0 now") != std::string::npos);
      CHECK(tinymor_in(folder, "eval less --quiet").status == 0);
      CHECK(tinymor_in(folder, "generate less --quiet --prompt Mia --max-tokens 3").status == 0);
      REQUIRE(tinymor_in(folder, "train --quiet --from less --steps 1 --out on").status == 0);
      const json before = json::parse(tinymor_in(folder, "inspect " + from + " --json").out)["config"],
                 after = json::parse(tinymor_in(folder, "inspect on --json").out)["config"];
      CHECK(after["d_ff"].get<int>() == before["d_ff"].get<int>() / (what == "units" ? 2 : 1));
      CHECK(fs::exists(folder / "less/config.json") == (from == "vanilla"));
    }
}

TEST_CASE("a pruned model has a configuration of training where its original has one, and names no text of its own") {
  const fs::path& folder = trained_vanilla();
  for (const char* made : {"bare", "bare-less"}) fs::remove_all(folder / made);
  fs::create_directory(folder / "bare");
  for (const char* file : {"model.safetensors", "tokenizer.json"})
    fs::copy(folder / "run" / file, folder / "bare" / file);
  REQUIRE(tinymor_in(folder, "prune bare bare-less --quiet --what units").status == 0);
  CHECK_FALSE(fs::exists(folder / "bare-less/config.toml"));
  CHECK(tinymor_in(folder, "eval bare-less").err == [&] {
    std::string said = tinymor_in(folder, "eval bare").err;
    for (size_t at = 0; (at = said.find("bare", at)) != said.npos; at += 9) said.replace(at, 4, "bare-less");
    return said;
  }());
}

TEST_CASE("what cannot be pruned, and a folder that holds something, are refused in one line and left as they are") {
  const fs::path& folder = trained_vanilla();
  const auto refused = [&](const std::string& arguments, const std::string& why) {
    const Output result = tinymor_in(folder, "prune " + arguments);
    INFO(result.err);
    CHECK(result.status == 2);
    CHECK(result.err.find(why) != std::string::npos);
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  };
  refused("run none --what units --keep 0", "--keep 0");
  refused("run none --what units --keep nan", "--keep");
  refused("run none --what layers", "--what");
  refused("run none", "--what");
  refused("nothing none --what units", "nothing");
  CHECK_FALSE(fs::exists(folder / "none/model.safetensors"));
  const std::string before = read_file(folder / "run/model.safetensors");
  refused("vanilla run --what units", "is not empty");
  CHECK(read_file(folder / "run/model.safetensors") == before);
}
