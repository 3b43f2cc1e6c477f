// Runs that begin from the layers of a trained vanilla model.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "datasets/stories.h"
#include "support/catch.h"
#include "support/program.h"
#include "support/trained_runs.h"
#include "tensor/files.h"

using namespace tinymor;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

const std::string kIntoMor =
    "uptrain --quiet --from vanilla --set model.sharing=middle_cycle --set model.n_recursions=3"
    " --set model.routing=expert_choice ";
const std::string kRelaxed = "--set model.lora_rank=4 --set model.own_norms=true --set model.recursion_encoding=add ";

}  // namespace

TEST_CASE("uptraining makes a model of the kind asked for, with the vanilla run's sizes, tokenizer and data") {
  const fs::path& folder = trained_vanilla();
  write_file_atomically(folder / "deep.toml", "[model]\nsharing = \"middle_cycle\"\nn_recursions = 2\n");
  for (const char* from : {"vanilla", "vanilla/model.safetensors"})
    for (const char* init : {"stepwise", "average", "lower", "upper", "random"}) {
      fs::remove_all(folder / "up");
      REQUIRE(tinymor_in(folder,
                         fmt::format("uptrain deep.toml --quiet --steps 2 --out up --from {} --init {}", from, init))
                  .status == 0);
      CHECK(read_file(folder / "up/tokenizer.json") == read_file(folder / "vanilla/tokenizer.json"));
      const json model = json::parse(tinymor_in(folder, "inspect up --json").out);
      CHECK(model["layers"]["weights"] == json({0, 1, 2, 3, 1, 2, 3, 4}));
      CHECK(model["config"]["d_model"] == 32);
      CHECK(model["config"]["routing"] == "none");
      CHECK(read_file(folder / "up/config.toml").find((folder / "text.txt").string()) != std::string::npos);
    }
}

TEST_CASE("an uptrained run resumes, and ends in the same bits as one that was never stopped") {
  const fs::path& folder = trained_vanilla();
  const std::string uptrain = kIntoMor + kRelaxed + "--set train.schedule=constant ";
  REQUIRE(tinymor_in(folder, uptrain + "--steps 3 --out resumed").status == 0);
  REQUIRE(tinymor_in(folder, "train --quiet --resume --steps 5 --out resumed").status == 0);
  REQUIRE(tinymor_in(folder, uptrain + "--steps 5 --out unstopped").status == 0);
  CHECK(read_file(folder / "resumed/model.safetensors") == read_file(folder / "unstopped/model.safetensors"));
}

TEST_CASE("inspect says the same of an uptrained run's configuration as of its model, also on another text") {
  const fs::path& folder = trained_vanilla();
  write_file_atomically(folder / "numbers.txt", make_stories(2, 3000) + "0123456789 %&?");
  REQUIRE(tinymor_in(folder, kIntoMor + kRelaxed + "--steps 1 --data numbers.txt --out elsewhere").status == 0);
  CHECK(tinymor_in(folder, "inspect elsewhere/config.toml --json").out ==
        tinymor_in(folder, "inspect elsewhere --json").out);
}
