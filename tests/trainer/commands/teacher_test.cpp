// Runs that learn from another model beside their text.

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program.h"
#include "support/trained_runs.h"
#include "tensor/files.h"

using namespace tinymor;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

const std::string kTaught = "train --quiet --set train.teacher=vanilla --set train.schedule=constant " + kTinyModel;

}  // namespace

TEST_CASE("a run with a teacher has its tokenizer, trains otherwise than without it, and resumes in the same bits") {
  const fs::path& folder = trained_vanilla();
  for (const char* made : {"taught", "stopped", "alone"}) fs::remove_all(folder / made);
  REQUIRE(tinymor_in(folder, kTaught + " --steps 4 --out taught").status == 0);
  REQUIRE(tinymor_in(folder, kTaught + " --steps 2 --out stopped").status == 0);
  REQUIRE(tinymor_in(folder, "train --quiet --resume --steps 4 --out stopped").status == 0);
  REQUIRE(tinymor_in(folder, kTaught + " --steps 4 --out alone --set train.teacher_weight=0").status == 0);
  CHECK(read_file(folder / "taught/tokenizer.json") == read_file(folder / "vanilla/tokenizer.json"));
  CHECK(read_file(folder / "taught/model.safetensors") == read_file(folder / "stopped/model.safetensors"));
  CHECK(read_file(folder / "taught/model.safetensors") != read_file(folder / "alone/model.safetensors"));
  const auto says = [&](const std::string& run, const std::string& what) {
    return read_file(folder / run / "config.toml").find(what) != std::string::npos;
  };
  CHECK(says("taught", (folder / "vanilla").string()));

  fs::remove_all(folder / "otherwise");
  fs::remove_all(folder / "further");
  REQUIRE(tinymor_in(folder, kTaught + " --steps 1 --out otherwise --set data.tokenizer=byte").status == 0);
  CHECK(says("otherwise", "tokenizer = \"char\""));
  REQUIRE(tinymor_in(folder, "train --quiet --from taught --steps 1 --out further").status == 0);
  CHECK(says("further", "teacher = \"\""));  // learns from what it is told now
}

TEST_CASE("a teacher that is none, is gone, sees too little or knows other tokens is refused in one line") {
  const fs::path& folder = trained_vanilla();
  fs::remove_all(folder / "bytes");
  const std::string of_bytes = "train --quiet --steps 1 --out bytes" + kTinyModel + "--set data.tokenizer=byte";
  REQUIRE(tinymor_in(folder, of_bytes).status == 0);
  const auto refused = [&](const std::string& arguments, const std::string& why) {
    const Output result = tinymor_in(folder, arguments);
    INFO(result.err);
    CHECK(result.status == 2);
    CHECK(result.err.find(why) != std::string::npos);
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  };
  const std::string train = "train --quiet --steps 1 --out refused " + kTinyModel;
  refused(train + " --set train.teacher=nowhere", "train.teacher: nowhere: there is no model (put it back");
  refused("train --quiet --resume --steps 99 --out run --set train.teacher=run", "is the run itself");
  refused(train + " --set train.teacher=vanilla --set model.max_seq_len=1024", "train.teacher");
  refused(train + " --set train.teacher=vanilla --set train.teacher_temperature=1e30", "train.teacher_temperature");
  refused("train --quiet --from vanilla --steps 1 --out refused --set train.teacher=bytes", "knows other tokens");
  refused("images --quiet --steps 1 --out refused --set train.teacher=vanilla" + kTinyEye, "train.teacher");
  CHECK_FALSE(fs::exists(folder / "refused/model.safetensors"));
}
