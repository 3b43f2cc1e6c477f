// Runs that begin as another one does: the twins that a model is compared with.

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program.h"
#include "support/trained_runs.h"
#include "tensor/files.h"

using namespace tinymor;
namespace fs = std::filesystem;
using nlohmann::json;

TEST_CASE("a twin is the run that its configuration written out makes, and inspect knows it beforehand") {
  const fs::path& folder = trained_vanilla();
  REQUIRE(tinymor_in(folder, "train --quiet --steps 3 --twin vanilla --out twin" + kTinyModel).status == 0);
  CHECK(read_file(folder / "twin/model.safetensors") == read_file(folder / "vanilla/model.safetensors"));
  CHECK(tinymor_in(folder, "inspect run --twin vanilla --json").out == tinymor_in(folder, "inspect twin --json").out);
  const json recursive = json::parse(tinymor_in(folder, "inspect run/config.toml --twin recursive --json").out);
  CHECK(recursive["layers"] == json::parse(tinymor_in(folder, "inspect run --json").out)["layers"]);
  CHECK(recursive["config"]["routing"] == "none");
}

TEST_CASE("a twin trains on as many tokens, or for as many FLOPs") {
  const fs::path& folder = trained();
  const auto steps_of = [&](const std::string& options) {
    fs::remove_all(folder / "scaled");
    REQUIRE(tinymor_in(folder, "train --quiet --steps 30 --out scaled " + options + kTinyModel).status == 0);
    const std::string toml = read_file(folder / "scaled/config.toml");
    return std::stoi(toml.substr(toml.find("\nsteps = ") + 9));
  };
  CHECK(steps_of("--twin vanilla") == 30);
  CHECK(steps_of("--twin vanilla --equal tokens") == 30);
  // Per token, MoR: 2 F + 2 (2 M + (1 + 4/9 + 1/9) A) = 114916 with M = 8 32^2 + 6 32 48, A = 2 32 32, F = M + A;
  // either twin: 8 F = 155648.
  CHECK(steps_of("--twin vanilla --equal flops") == 22);
  CHECK(steps_of("--twin recursive --equal flops") == 22);
}
