// The panel of a server: made-up requests, a recording, and one that is still being written.

#include <sstream>

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "support/tiny_models.h"
#include "tensor/files.h"
#include "trainer/recording/recording_format.h"
#include "trainer/recording/served_call.h"
#include "visualizer/desk.h"
#include "visualizer/runs/open_source.h"

using namespace tinymor;

namespace {

/// The sample run at the page of its server.
struct Serving : Desk {
  Serving() {
    state().page = "Serving";
    window.frames(3);
  }
  std::string text() { return window.app().text("serving"); }
};

/// What a server of a small model does with seven texts in three slots.
std::vector<ServedCall> served_calls(const ModelConfig& config) {
  const Model model = opinionated_model(config);
  Scheduler scheduler(model, {.slots = 3});
  for (uint64_t seed = 1; seed <= 7; ++seed)
    scheduler.submit(random_tokens(int64_t(seed), config.vocab_size, seed), 8, {.seed = seed});
  std::vector<ServedCall> calls;
  while (scheduler.tick()) {
    calls.push_back(call_of(scheduler).value());
    calls.back().step = int64_t(calls.size()) - 1;
  }
  return calls;
}

std::string file_of(const ModelConfig& config, const std::vector<ServedCall>& calls) {
  Config all;
  all.model = config;
  RunInfo run;
  run.config_toml = config_to_toml(all);
  for (int64_t id = 0; id < config.vocab_size; ++id) run.vocabulary.push_back("w" + std::to_string(id));
  std::string bytes = file_head() + run_record(run);
  for (const ServedCall& call : calls) bytes += event_record(call, 0);
  return bytes;
}

std::string line_of(const std::string& text, const std::string& begin) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(begin)) return line;
  return "";
}

}  // namespace

TEST_CASE("without a server the panel decodes requests made from the watched text, and says what each way costs") {
  Serving desk;
  const std::string by_depth = line_of(desk.text(), "by depth");
  CHECK_THAT(desk.text(), ContainsSubstring("24 requests made from the watched text"));
  int64_t depth_calls = 0, sequence_calls = 0, written = 0;
  REQUIRE(std::sscanf(by_depth.c_str(), "by depth %ld calls wrote %ld tokens", &depth_calls, &written) == 2);
  desk.state().serving_groups = 1;
  int64_t written_then = 0;
  REQUIRE(std::sscanf(line_of(desk.text(), "by sequence").c_str(), "by sequence %ld calls wrote %ld tokens",
                      &sequence_calls, &written_then) == 2);
  CHECK(written == written_then);
  CHECK(sequence_calls > depth_calls);
  CHECK_THAT(by_depth, ContainsSubstring("by sequence it takes " + std::to_string(sequence_calls)));
  desk.state().serving_groups = 2;
  CHECK_THAT(desk.text(), ContainsSubstring("in 2 groups of 4, "));
}

TEST_CASE("the slider goes from by depth to by sequence, by mouse and by keyboard") {
  Serving desk;
  REQUIRE(desk.window.drag("serving.groups", 0.9f, 0.05f));
  CHECK(desk.state().serving_groups == 1);
  for (int i = 0; i < 60 && desk.window.app().registry().focus() != "serving.groups"; ++i)
    desk.window.key(ImGuiKey_DownArrow);
  desk.window.key(ImGuiKey_RightArrow);
  CHECK(desk.state().serving_groups == 2);
  desk.window.key(ImGuiKey_RightArrow);
  desk.window.key(ImGuiKey_RightArrow);
  CHECK(desk.state().serving_groups == 0);
}

TEST_CASE("a cell that is pointed at is told in words and pins its token and its text; Enter goes from text to text") {
  Serving desk;
  REQUIRE(desk.window.hover("serving.cells"));
  desk.window.frames(2);
  REQUIRE(desk.state().hovered);
  CHECK(desk.state().hovered->subject == Subject::watched);
  REQUIRE(desk.window.click("serving.cells"));
  REQUIRE(desk.state().pinned);
  const int text = desk.state().served_text;
  CHECK(text >= 0);
  for (int i = 0; i < 60 && desk.window.app().registry().focus() != "serving.cells"; ++i)
    desk.window.key(ImGuiKey_DownArrow);
  REQUIRE(desk.window.app().registry().focus() == "serving.cells");
  REQUIRE(desk.window.hover("panel.inspector"));
  desk.window.key(ImGuiKey_Enter);
  CHECK(desk.state().served_text == text + 1);
  desk.window.key(ImGuiKey_Escape);
  CHECK(desk.state().served_text == -1);
}

TEST_CASE("the window opens a recording of a server, and its slider decodes the same requests in other ways") {
  const TemporaryFolder folder;
  const ModelConfig config = tiny_config();
  const std::vector<ServedCall> calls = served_calls(config);
  const std::filesystem::path file = folder.path() / "calls.mortrace";
  write_file_atomically(file, file_of(config, calls));
  Sources sources = open_sources(file, [] {});
  Headless window(*sources.front(), 1280, 800);
  window.app().show(std::move(sources));
  window.frames(3);
  AppState& state = window.app().state();
  CHECK(state.page == "Serving");
  const std::string recorded = window.app().text("serving");
  CHECK_THAT(recorded, ContainsSubstring("7 requests to a server"));
  CHECK_THAT(recorded, ContainsSubstring("by depth " + std::to_string(calls.size()) + " calls wrote 49 tokens"));
  CHECK_THAT(line_of(recorded, "slot   1"), ContainsSubstring("a"));
  REQUIRE(window.hover("serving.cells"));
  state.serving_groups = 1;
  window.frames(2);
  CHECK_THAT(window.app().text("serving"), ContainsSubstring("as they would have been decoded"));
  CHECK_THAT(window.app().text("serving"), ContainsSubstring("by depth it takes " + std::to_string(calls.size())));
  std::istringstream rows(window.app().csv("serving"));
  std::string header, row;
  std::getline(rows, header);
  CHECK(header.starts_with("call,slot,text,position,tokens,piece,recursion"));
  std::getline(rows, row);
  CHECK(row.starts_with("0,0,0,0,1,w"));
}

TEST_CASE("the window follows a recording that is still being written, also when it reads half a record") {
  const TemporaryFolder folder;
  const ModelConfig config = tiny_config();
  const std::vector<ServedCall> calls = served_calls(config);
  const std::string half = file_of(config, {calls.begin(), calls.begin() + 10}), whole = file_of(config, calls);
  const std::filesystem::path file = folder.path() / "calls.mortrace";
  write_file_atomically(file, whole.substr(0, half.size() + 9));  // half of the next record
  Sources sources = open_sources(file, [] {});
  Source& source = *sources.front();
  REQUIRE(source.history().served.size() == 10);
  Headless window(source, 900, 700);
  window.app().show(std::move(sources));
  window.frames(2);
  CHECK_THAT(window.app().text("serving"), ContainsSubstring("by depth 10 calls"));
  AppendFile(file).append(whole.substr(half.size() + 9));
  REQUIRE(wait_for(source, [&] { return source.history().served.size() == calls.size(); }));
  CHECK(source.notice() == "");
  window.frames(2);
  CHECK_THAT(window.app().text("serving"), ContainsSubstring("by depth " + std::to_string(calls.size()) + " calls"));
}

TEST_CASE("every recording that is cut off or damaged opens with the calls before, or is refused in a line") {
  const TemporaryFolder folder;
  const ModelConfig config = tiny_config();
  std::vector<ServedCall> calls = served_calls(config);
  calls.resize(6);
  const std::string bytes = file_of(config, calls);
  const std::filesystem::path file = folder.path() / "calls.mortrace";
  const auto opens = [&](const std::string& damaged) {
    write_file_atomically(file, damaged);
    try {
      const auto source = open_source(file, [] {});
      REQUIRE(source->history().served.size() <= calls.size());
      REQUIRE(std::equal(source->history().served.begin(), source->history().served.end(), calls.begin()));
    } catch (const InputError& error) {
      REQUIRE(std::string(error.what()).find('\n') == std::string::npos);
    }
  };
  for (size_t length = 0; length <= bytes.size(); length += 3) opens(bytes.substr(0, length));
  for (size_t at = 0; at < bytes.size(); at += 5) {
    std::string damaged = bytes;
    damaged[at] ^= 1 << at % 8;
    opens(damaged);
  }
}

TEST_CASE("numbers that a server never has do not stop the panel") {
  Recording recording = sample_recording();
  const int32_t most = std::numeric_limits<int32_t>::max();
  recording.served = {{0, 4096, {{4095, most, 1 << 24, 1 << 24, 512, 0, 1, {}}}, {most, 0, 0}, most},
                      {5, 1, {{0, most, 3, 1, 0, 0, 0, {most}}}, {}, std::numeric_limits<int64_t>::max()},
                      {5, 2, {{0, 1, 0, 2, 0, 1, 1, {1, 2}}, {1, 1, 0, 1, 3, 1, 0, {}}}, {}, 0}};
  RecordingSource source("hostile", std::move(recording));
  Headless window(source, 900, 700);
  window.app().state().maximised = "serving";
  for (const int groups : {0, 1, 3}) {
    window.app().state().serving_groups = groups;
    window.frames(2);
    (void)window.hover("serving.cells");
    CHECK_FALSE(window.app().text("serving").empty());
    CHECK_FALSE(window.app().csv("serving").empty());
  }
}

TEST_CASE("a model without recursions is batched in the same way by depth and by sequence, and the panel says so") {
  Recording recording = sample_recording();
  recording.config_toml = "[model]\nd_model = 128\nn_heads = 4\nn_layers = 8\n";
  RecordingSource source("vanilla", std::move(recording));
  Headless window(source, 900, 700);
  window.app().state().maximised = "serving";
  window.frames(2);
  CHECK_THAT(window.app().text("serving"),
             ContainsSubstring("without recursions: by depth and by sequence are the same"));
}

TEST_CASE("many calls show the newest first, and the newest stay in view as more come") {
  CallZoom zoom;
  zoom.follow(100);
  CHECK(zoom.width() == 1);
  CallZoom many;
  many.follow(1000);
  CHECK(many.from == Approx(0.8));
  many.follow(2000);
  CHECK(many.to == 1);
  CHECK(many.width() == Approx(0.1));
}
