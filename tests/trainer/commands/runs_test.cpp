// Runs beside each other: runs, compare, sweep, and what a run is told to begin from and to stop for.

#include <cmath>
#include <nlohmann/json.hpp>

#include "datasets/stories.h"
#include "support/catch.h"
#include "support/program.h"
#include "support/temporary_folder.h"

using namespace tinymor;
using nlohmann::json;

namespace {

const std::string tiny =
    " --data text.txt --set tokenizer=byte --set max_seq_len=16 --set d_model=16 --set d_ff=32 --set n_heads=2 "
    "--set n_kv_heads=2 --set batch_size=2 --set eval_every=2 --threads 1";

struct Folder {
  TemporaryFolder folder;
  Folder() { write_file_atomically(folder.path() / "text.txt", make_stories(1, 4000)); }
  Output run(const std::string& arguments) const { return tinymor_in(folder.path(), arguments); }
  Output train(const std::string& arguments) const { return run("train" + tiny + " " + arguments); }
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("runs lists the runs below a folder, and compare puts their curves side by side") {
  const Folder at;
  REQUIRE(at.train("--steps 4 --out all/a --quiet").status == 0);
  REQUIRE(at.train("--steps 6 --out all/deep/b --quiet").status == 0);
  const Output listed = at.run("runs all --json");
  REQUIRE(listed.status == 0);
  const json runs = json::parse(listed.out);
  REQUIRE(runs.size() == 2);
  CHECK(runs[0]["run"] == "all/a");
  CHECK(runs[1]["run"] == "all/deep/b");
  CHECK(runs[1]["step"] == 6);
  // With bytes as tokens, bits per byte are the loss in another unit.
  CHECK(runs[1]["bits_per_byte"].get<double>() == Approx(runs[1]["best_loss"].get<double>() / std::log(2.0)));
  CHECK(contains(at.run("runs all").out, "all/deep/b"));

  const Output compared = at.run("compare all/a all/deep/b --csv curves.csv --json");
  REQUIRE(compared.status == 0);
  CHECK(json::parse(compared.out)[0]["evaluations"].size() == 3);  // steps 0, 2 and 4
  const std::string csv = read_file(at.folder.path() / "curves.csv");
  CHECK(csv.rfind("step,\"all/a\",\"all/deep/b\"\n0,", 0) == 0);
  CHECK(contains(csv, "\n6,,"));  // only one of them came so far
  CHECK(contains(at.run("compare all/a all/deep/b").out, "held-out loss"));
  CHECK(at.run("compare all/a --csv curves.csv").status == 0);  // its own
  for (const char* option : {"--csv", "--png"})
    for (const char* file : {"text.txt", "all/a/model.safetensors"}) {
      const std::string before = read_file(at.folder.path() / file);
      const Output refused = at.run(std::string("compare all/a ") + option + " " + file);
      CHECK((refused.status == 2 &&
             contains(refused.err, "is there already and is not a file that compare has written")));
      CHECK(read_file(at.folder.path() / file) == before);
    }
  const Output none = at.run("compare all");
  CHECK((none.status == 2 && contains(none.err, "all: is not the folder of a whole run")));
  CHECK(at.run("runs nothing").status == 2);
}

TEST_CASE("a sweep trains every combination once, and goes on where it was stopped") {
  const Folder at;
  const std::string sweep =
      "sweep" + tiny + " --vary train.lr=0.001,0.01 --vary model.n_recursions=1,2 --set routing=none --set n_layers=4 ";
  const Output first = at.run(sweep + "--steps 2 --out s --json");
  REQUIRE(first.status == 0);
  const json runs = json::parse(first.out);
  REQUIRE(runs.size() == 4);
  CHECK(runs[1]["run"] == "s/train.lr=0.001 model.n_recursions=2");
  const auto written = std::filesystem::last_write_time(at.folder.path() / runs[1]["run"] / "model.safetensors");
  const Output again = at.run(sweep + "--steps 2 --out s --json");
  CHECK(again.out == first.out);
  CHECK(std::filesystem::last_write_time(at.folder.path() / runs[1]["run"] / "model.safetensors") == written);
  CHECK(json::parse(at.run(sweep + "--steps 3 --out s --json").out)[3]["step"] == 3);
  // What an earlier sweep trained otherwise, or an option overrides, is refused before anything is trained.
  struct Row {
    std::string arguments, says;
  };
  for (const auto& [arguments, says] :
       {Row{sweep + "--set d_ff=64 --out s", "was trained otherwise: now model.d_ff=64"},
        {"sweep --vary lr --out t", "--vary lr: is no key with values"},
        {"sweep --vary lr=1,,2 --out t", "has an empty value"},
        {"sweep --vary lr=1,1 --out t", "is there twice"},
        {"sweep --vary steps=3,5 --steps 2 --out t", "sets this key as well"},
        {"sweep --vary lr=1 --vary train.lr=2 --out t", "sets this key as well"},
        {"sweep --vary model.n_layers=8,7 --out t", "--vary model.n_layers=7: "}}) {
    CAPTURE(arguments);
    const Output refused = at.run(arguments);
    CHECK(refused.status == 2);
    CHECK(contains(refused.err, says));
    CHECK_FALSE(std::filesystem::exists(at.folder.path() / "t"));
  }
}

TEST_CASE("a run of a sweep that diverges does not keep the others from being trained") {
  const Folder at;
  const Output output = at.run("sweep" + tiny + " --vary train.lr=1e30,0.001 --steps 12 --set warmup_steps=0 --out s");
  CHECK(output.status == 1);
  CHECK(contains(output.err, "1 of 2 runs ended before their last step"));
  CHECK(contains(output.out, "12 of 12"));
}

TEST_CASE("a run can begin with the weights and the tokenizer of another, of the same model only") {
  const Folder at;
  REQUIRE(at.train("--steps 3 --out a --quiet").status == 0);
  const std::string newest = " --checkpoint newest --quiet --steps 1 --set lr=1e-12 --set warmup_steps=0";
  REQUIRE(at.run("train --from a --out b" + newest).status == 0);
  const json a = json::parse(at.run("eval a --checkpoint newest --json --quiet").out),
             b = json::parse(at.run("eval b --checkpoint newest --json --quiet").out);
  CHECK(a["rules"]["threshold"]["loss"].get<double>() == Approx(b["rules"]["threshold"]["loss"].get<double>()));
  const Output other = at.run("train --from a --set d_model=32 --out c");
  CHECK((other.status == 2 && contains(other.err, "--from: the weights of a are of another model")));
}

TEST_CASE("a run without patience stops once its held-out loss no longer falls, and says so") {
  const Folder at;
  const Output output = at.train("--steps 1000 --patience 2 --set lr=0.5 --set warmup_steps=0 --out a");
  CHECK(output.status == 0);
  CHECK(contains(output.err, "2 evaluations without a lower held-out loss than that of step "));
  CHECK(contains(output.err, "stopped and saved at step "));
}

TEST_CASE("minutes become steps, and a configuration is printed without training") {
  const Folder at;
  const Output timed = at.train("--minutes 0.02 --out a --json");
  REQUIRE(timed.status == 0);
  const json run = json::parse(timed.out);
  CHECK((run["step"] == run["steps"] && run["steps"] > 1));
  const Output printed = at.run("train --preset small --print-config");
  CHECK(printed.status == 0);
  CHECK(contains(printed.out, "\nd_model = 192  "));
  CHECK_FALSE(std::filesystem::exists(at.folder.path() / "runs"));
  write_file_atomically(at.folder.path() / "printed.toml", printed.out);
  CHECK(at.run("train printed.toml --print-config").out == printed.out);
}
