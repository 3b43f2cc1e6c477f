// Models of images: trained, judged, drawn, stopped.

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "datasets/digits.h"
#include "support/catch.h"
#include "support/program.h"
#include "support/trained_runs.h"
#include "tensor/files.h"
#include "trainer/recording/recording.h"

using namespace tinymor;
namespace fs = std::filesystem;
using nlohmann::json;

TEST_CASE("a model of images is trained, judged, and its depths are drawn beside what it sees") {
  const fs::path& folder = trained_eye();
  const std::string train = "images --steps 3 --out again" + kTinyEye;
  const Output drawn = tinymor_in(folder, train);
  REQUIRE(drawn.status == 0);
  CHECK(drawn.out.find("2 held-out images: ") == 0);
  CHECK(drawn.err.find("step 3/3") != std::string::npos);
  CHECK(drawn.out.find('\x1b') == std::string::npos);  // a file is no terminal
  CHECK(read_file(folder / "again/model.safetensors") == read_file(folder / "seen/model.safetensors"));
  CHECK(tinymor_in(folder, train).status == 2);  // it is there already

  const Recording recording = read_recording(folder / "again/recording.mortrace");
  CHECK(recording.notice.empty());
  CHECK(recording.steps.size() == 3);
  CHECK(recording.evals.size() == 2);  // before the first step and after the last
  CHECK(recording.vocabulary.size() == 10);
  REQUIRE(recording.images.size() == 2);
  const ImageSnapshot& last = recording.images.back();
  CHECK(last.step == 3);
  REQUIRE(last.images.size() == 2);
  CHECK(last.images[1].truth == 1);
  CHECK(last.images[1].pixels.size() == 28 * 28);
  CHECK(std::accumulate(last.images[0].depth.begin(), last.images[0].depth.end(), 0) == 17 + 11 + 5 - 3);

  const Output judged = tinymor_in(folder, "images --eval seen --data pictures --json");
  REQUIRE(judged.status == 0);
  const json document = json::parse(judged.out);
  CHECK(document["images"] == 2);
  // Of 17 tokens 17, 11 and 5 recur, the class token among them.
  CHECK(document["mean_depth"].get<double>() == Approx((17 + 11 + 5 - 3) / 16.0));
  double patches = 0;
  for (const auto& taken : document["depths"]) {
    patches += taken["patches"].get<double>();
    CHECK(taken["mean_ink"].get<double>() >= 0);
    CHECK(taken["mean_ink"].get<double>() <= 1);
  }
  CHECK(patches == 2 * 16);
  CHECK(document["depths"][2]["patches"] == 2 * 4);  // of 17 tokens 5, the class token among them
  CHECK(document["samples"].empty());                // the two held out are a 0 and a 1
  CHECK(tinymor_in(folder, "images --eval seen --json").out == judged.out);

  write_images({make_digits(1, 10), make_digits(1, 10)}, folder / "all");
  const json all = json::parse(tinymor_in(folder, "images --eval seen --data all --json").out);
  REQUIRE(all["samples"].size() == 3);
  CHECK(all["samples"][0]["depth"].size() == 16);
  const std::string tinted = tinymor_in(folder, "images --eval seen --data all --show depth").out;
  CHECK(tinted.find("\x1b[30;48;2;") != std::string::npos);
  CHECK(tinted.find("a 2, taken for a ") != std::string::npos);
  const Output quiet = tinymor_in(folder, "images --eval seen --data all --show depth --quiet");
  CHECK(tinted.starts_with(quiet.out));
  CHECK(std::count(quiet.out.begin(), quiet.out.end(), '\n') == 1 + 3);  // a line for each depth
  CHECK(quiet.err == "");

  // Of a run whose images are others by now, it is said so, once.
  fs::copy(folder / "seen", folder / "repainted");
  const std::string config = read_file(folder / "seen/config.toml");
  write_file_atomically(folder / "repainted/config.toml",
                        std::string(config).replace(config.find("/pictures"), 9, "/all"));
  const Output changed = tinymor_in(folder, "images --eval repainted");
  CHECK(changed.status == 0);
  CHECK(changed.err.find("/all: has changed since the run was trained on it") != std::string::npos);
  CHECK(std::count(changed.err.begin(), changed.err.end(), '\n') == 1);
}

TEST_CASE("Ctrl-C and SIGTERM save and stop the training of a model of images, which is judged only once it is done") {
  const fs::path& folder = trained_eye();
  for (const char* signal : {"INT", "TERM"}) {
    CAPTURE(signal);
    const std::string run = fmt::format("hasty-{}", signal);
    // The step log tells when there is something to interrupt.
    const std::string script = fmt::format(
        "cd {0} && {{ {1} images --steps 1000000 --json --out {2} {3} >hasty.json 2>hasty.txt & pid=$!; until [ \"$(wc "
        "-l "
        "2>/dev/null <{2}/metrics.jsonl)\" -ge 5 ] 2>/dev/null; do sleep 0.01; done; kill -{4} $pid; wait $pid; }}",
        folder.string(), TINYMOR_PROGRAM, run, kTinyEye, signal);
    CHECK(std::system(script.c_str()) == 0);
    const json document = json::parse(read_file(folder / "hasty.json"));
    CHECK(document["step"].get<int64_t>() >= 4);
    CHECK(document["steps"] == 1000000);
    CHECK_FALSE(document.contains("accuracy"));
    CHECK_THAT(read_file(folder / "hasty.txt"), ContainsSubstring("images --resume --out " + run));
    const std::string more =
        fmt::format("images --resume --json --quiet --out {} --steps {}", run, document["step"].get<int64_t>() + 1);
    CHECK(json::parse(tinymor_in(folder, more).out).contains("accuracy"));
  }
}
