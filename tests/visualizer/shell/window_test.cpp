// The real window, on a display without a screen: started, clicked, photographed, closed. And a window that hangs.

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/files.h"
#include "visualizer/runs/trainer_run.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"

using namespace tinymor;
namespace fs = std::filesystem;

namespace {

/// A program that runs beside the test and is stopped with it.
class Process {
 public:
  Process(std::vector<std::string> words, std::vector<std::pair<std::string, std::string>> environment = {}) {
    pid_ = fork();
    if (pid_ != 0) return;
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  ~Process() {
    if (!status_) kill(pid_, SIGKILL), waitpid(pid_, nullptr, 0);
  }
  /// Its exit status within so many seconds, or -1.
  int ended(double seconds) {
    for (int i = 0; i < int(seconds * 100) && !status_; ++i) {
      int status = 0;
      if (waitpid(pid_, &status, WNOHANG) == pid_) status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
      usleep(10000);
    }
    return status_.value_or(-1);
  }

 private:
  pid_t pid_;
  std::optional<int> status_;
};

/// A display in memory, whose picture lies in a file.
class Display {
 public:
  explicit Display(const std::string& size = "1280x800")
      : name_(":" + std::to_string(100 + getpid() % 20000)),
        server_({"Xvfb", name_, "-screen", "0", size + "x24", "-nolisten", "tcp", "-fbdir", folder_.path().string()}) {}
  const std::string& name() const { return name_; }
  std::string picture() const {
    std::ifstream file(folder_.path() / "Xvfb_screen0", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// xdotool's exit status.
  int tell(const std::string& words) const {
    return std::system(("DISPLAY=" + name_ + " timeout 20 xdotool " + words + " >/dev/null 2>&1").c_str());
  }
  /// Waits until the picture differs from `before` in more than a twentieth of its bytes.
  bool changes(const std::string& before) const {
    for (int i = 0; i < 1000; ++i) {
      const std::string now = picture();
      size_t different = 0;
      for (size_t at = 0; at < std::min(now.size(), before.size()); ++at) different += now[at] != before[at];
      if (!now.empty() && (different > now.size() / 20 || before.empty())) return true;
      usleep(20000);
    }
    return false;
  }

 private:
  TemporaryFolder folder_;
  std::string name_;
  Process server_;
};

/// The program with these words, on a display, with its preferences in FOLDER/config.
Process window_on(const Display& display, std::vector<std::string> words, const fs::path& folder) {
  words.insert(words.begin(), TINYMOR_VIZ);
  return {std::move(words),
          {{"DISPLAY", display.name()},
           {"WAYLAND_DISPLAY", ""},
           {"ASAN_OPTIONS", "detect_leaks=0"},
           {"XDG_CONFIG_HOME", (folder / "config").string()}}};
}

/// Where a control stands in the window.
ImVec2 place_of(Source& source, const std::string& name) {
  Headless window(source, 1280, 800, ui::FontSource::system);
  window.frames(4);
  const auto* item = window.app().registry().find(name);
  return item ? item->box.center() : ImVec2{0, 0};
}

}  // namespace

TEST_CASE("the real window opens a recording, turns a page when its tab is clicked, and closes cleanly") {
  INFO("needs Xvfb and xdotool: ./run.sh test installs them");
  REQUIRE(std::system("command -v Xvfb xdotool >/dev/null") == 0);
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "recording.mortrace";
  write_sample(file);
  RecordingSource source(file, [] {});
  const ImVec2 tab = place_of(source, "page.3");
  REQUIRE(tab.x > 0);

  const Display display;
  REQUIRE(display.changes(""));
  Process app = window_on(display, {file.string()}, folder.path());
  const std::string empty = display.picture();
  REQUIRE(display.changes(empty));
  REQUIRE(display.tell("search --sync --name tinymor") == 0);
  usleep(500000);
  const std::string first = display.picture();
  REQUIRE(display.tell("mousemove " + std::to_string(int(tab.x)) + " " + std::to_string(int(tab.y)) +
                       " sleep 0.3 mousedown 1 sleep 0.2 mouseup 1") == 0);
  CHECK(display.changes(first));
  REQUIRE(display.tell("key F11 sleep 0.5 key F11 sleep 0.5 key ctrl+plus sleep 0.5 key ctrl+q") == 0);
  CHECK(app.ended(20) == 0);
  CHECK_THAT(read_file(folder.path() / "config/tinymor/window.scene", 1000), ContainsSubstring("zoom 1.1\n"));
}

TEST_CASE("the window is no larger than the screen") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "recording.mortrace";
  write_sample(file);
  const Display display("1000x600");
  REQUIRE(display.changes(""));
  const Process app = window_on(display, {file.string()}, folder.path());
  const std::string empty = display.picture();
  REQUIRE(display.changes(empty));
  const std::string size = (folder.path() / "size").string();
  REQUIRE(std::system(("DISPLAY=" + display.name() +
                       " timeout 20 xdotool search --sync --name tinymor getwindowgeometry >" + size)
                          .c_str()) == 0);
  CHECK_THAT(read_file(size, 1000), ContainsSubstring("Geometry: 1000x600"));
}

TEST_CASE("training goes on while the window hangs for ten seconds, and every step arrives or is counted as dropped") {
  const TemporaryFolder folder;
  Config config = Config::defaults();
  config.model.d_model = 16;
  config.model.n_heads = config.model.n_kv_heads = 2;
  config.model.d_ff = 32;
  config.model.max_seq_len = 16;
  config.data.tokenizer = TokenizerKind::byte;
  config.train.batch_size = 1;
  config.train.steps = 1000000;
  config.train.record_every = 500;
  LiveSource source("live", trainer_run(config, folder.path() / "run"), [] {});
  REQUIRE(wait_for(source, [&] { return source.history().steps.size() > 100; }));
  const auto& steps = source.history().steps;
  const StepMetrics begun = steps.back();
  const size_t before = steps.size();
  std::this_thread::sleep_for(std::chrono::seconds(10));
  source.poll();
  const double taken = double(steps.size() - before) + double(source.dropped()),
               rate = double(begun.step) / begun.seconds;
  CHECK(taken > 10 * rate / 3);  // told or, once the ring was full, counted
  const bool slow = source.history().last_step() < config.train.record_every;  // under a sanitizer, on a busy machine
  CHECK((slow || source.history().snapshots.back().step > begun.step));
  source.take_snapshot();
  CHECK(wait_for(source, [&] {
    const Snapshot& newest = source.history().snapshots.back();
    return newest.step % 500 != 0 && !newest.threshold.attention.empty();
  }));
  source.stop();
  CHECK(wait_for(source, [&] { return source.status() == RunStatus::finished; }));
}
