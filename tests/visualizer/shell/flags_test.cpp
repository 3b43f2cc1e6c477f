// What tinymor-viz says of itself and of what it is told, without a window.

#include <sys/wait.h>

#include <cstdlib>

#include "support/catch.h"
#include "support/runs.h"
#include "support/temporary_folder.h"
#include "tensor/files.h"
#include "trainer/loop/run_folder.h"
#include "trainer/loop/trainer.h"
#include "visualizer/sample_run.h"

using namespace tinymor;
namespace fs = std::filesystem;

namespace {

struct Said {
  int status;
  std::string out, err;
};

Said viz(const fs::path& folder, const std::string& arguments, const std::string& program = TINYMOR_VIZ) {
  const std::string command =
      "cd " + folder.string() + " && " + program + " " + arguments + " >out.txt 2>err.txt </dev/null";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(folder / "out.txt"), read_file(folder / "err.txt")};
}

}  // namespace

TEST_CASE("tinymor-viz prints its version, and says which numbers are allowed") {
  const TemporaryFolder folder;
  const Said version = viz(folder.path(), "--version");
  CHECK(version.status == 0);
  CHECK(version.out.rfind("tinymor-viz ", 0) == 0);
  CHECK(viz(folder.path(), "--version --json").out ==
        "{\"program\":\"tinymor-viz\",\"version\":\"" + version.out.substr(12, version.out.size() - 13) + "\"}\n");
  const Said number = viz(folder.path(), "--at -1");
  CHECK(number.status == 2);
  CHECK(number.err.find("-1 is out of range (give 0 or more)") != std::string::npos);
}

TEST_CASE("what cannot be done without a window is refused with one line, and no file is written") {
  const TemporaryFolder folder;
  write_sample(folder.path() / "recording.mortrace");
  const auto scene = [&](const std::string& name, const std::string& text) {
    write_file_atomically(folder.path() / name, text);
    return "recording.mortrace --png a.png --scene " + name;
  };
  const std::pair<std::string, std::string> refusals[] = {
      {scene("open.scene", "do open nowhere\n"), "nowhere: there is no such file or folder"},
      {scene("late.scene", "at 2\ndo open nowhere\n"), "nowhere: there is no such file or folder"},
      {scene("wrong.scene", "at 2\nrule sideways\n"), "rule: \"sideways\" is not one of its values"},
      {scene("train.scene", "do train 20 stories\n"), "do train: it needs the window"},
      {"recording.mortrace --png a.png --svg ./a.png", "./a.png is named twice"},
      {"recording.mortrace --png ''", "--png: it is empty"},
      {"recording.mortrace --png a.png --size " + std::string(2000, '9'), "--size: \"999"}};
  for (const auto& [arguments, why] : refusals) {
    CAPTURE(arguments);
    const Said said = viz(folder.path(), arguments);
    CHECK(said.status == 2);
    CHECK_THAT(said.err, ContainsSubstring(why));
    CHECK(said.err.find('\n') == said.err.size() - 1);
    CHECK(said.err.size() < 200);
    CHECK_FALSE(fs::exists(folder.path() / "a.png"));
  }
  const std::string opens = scene("other.scene", "do open recording.mortrace\nat 1\npage Inside\n");
  CHECK(viz(folder.path(), opens).status == 0);
  CHECK(fs::exists(folder.path() / "a.png"));
}

TEST_CASE("tinymor-viz shows control characters in a name by their names") {
  const TemporaryFolder folder;
  const Said said = viz(folder.path(), "\"$(printf 'a\\033[31m\\nb')\" --text");
  CHECK(said.status == 2);
  CHECK(said.err.rfind("error: a<0x1B>[31m<0x0A>b: there is no such file or folder", 0) == 0);
  CHECK(said.err.find('\n') == said.err.size() - 1);
}

TEST_CASE("tinymor-viz with a lesson opens that lesson on the runs beside the program") {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "bin");
  fs::create_directories(folder.path() / "share/tinymor/first-runs");
  fs::copy_file(TINYMOR_VIZ, folder.path() / "bin/tinymor-viz");
  write_sample(folder.path() / "share/tinymor/first-runs/recording.mortrace");
  write_file_atomically(folder.path() / "own.lesson",
                        "title My own\ncard\nsay Look at the training rule.\nrule training\nstep 200\n");
  const Said shown = viz(folder.path(), "own.lesson --panel strip --text", "bin/tinymor-viz");
  CHECK(shown.err == "");
  CHECK(shown.status == 0);
  CHECK_THAT(shown.out, ContainsSubstring("training rule") && ContainsSubstring("step 200"));
  const Said drawn = viz(folder.path(), "own.lesson --svg own.svg", "bin/tinymor-viz");
  CHECK(drawn.status == 0);
  CHECK_THAT(read_file(folder.path() / "own.svg"), ContainsSubstring("My own"));
}

TEST_CASE("tinymor-viz says which weights of a run it uses, when the best are not the newest") {
  const TemporaryFolder folder;
  const fs::path run = folder.path() / "run";
  Trainer(tiny_text_run(folder.path(), 2), run).run();
  CHECK(viz(folder.path(), "run --panel curves --text").err == "");
  fs::copy_file(run / "best.safetensors", folder.path() / "kept");
  Trainer::resume(run, {.steps = 4}).run();
  fs::copy_file(folder.path() / "kept", run / "best.safetensors", fs::copy_options::overwrite_existing);
  CHECK(viz(folder.path(), "run --panel curves --text").err.find("the best weights of step ") != std::string::npos);
  CHECK(viz(folder.path(), "run --panel curves --text --checkpoint newest").err.find("the newest weights of step 4") !=
        std::string::npos);
}

TEST_CASE("several runs are named at once, and a plain picture of them has their names and no buttons") {
  const TemporaryFolder folder;
  for (const char* name : {"one", "two"}) {
    fs::create_directories(folder.path() / name);
    write_sample(folder.path() / name / "recording.mortrace");
  }
  write_file_atomically(folder.path() / "own.lesson", "title Mine\ncard\nsay Look.\n");
  const Said drawn = viz(folder.path(), "one two --panel curves --plain --svg plain.svg");
  CHECK(drawn.status == 0);
  const std::string plain = read_file(folder.path() / "plain.svg");
  CHECK_THAT(plain, ContainsSubstring(">one<") && ContainsSubstring(">two<") && ContainsSubstring(">step<") &&
                        !ContainsSubstring("this run") && !ContainsSubstring("FLOPs"));
  for (const auto& [arguments, why] : {std::pair("one two --plain --text", "--plain: is for a picture of one panel"),
                                       {"one own.lesson --text", "only runs can be shown beside each other"},
                                       {"one three --text", "three: there is no such file or folder"}}) {
    CAPTURE(arguments);
    const Said said = viz(folder.path(), arguments);
    CHECK(said.status == 2);
    CHECK_THAT(said.err, ContainsSubstring(why));
  }
}
