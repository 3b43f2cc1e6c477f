#include <chrono>
#include <thread>

#include "support/catch.h"
#include "support/hugging_face.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/loop/run_folder.h"
#include "visualizer/runs/open_source.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"

using namespace tinymor;

namespace {

std::unique_ptr<LiveSource> live_source(Recording recording) {
  return std::make_unique<LiveSource>("sample", std::make_unique<ScriptedRun>(std::move(recording)), [] {});
}

/// A recording has no weights to write with either.
class SilentRun : public ScriptedRun {
 public:
  using ScriptedRun::ScriptedRun;
  bool writes() const override { return false; }
};

class FailingRun : public ScriptedRun {
 public:
  FailingRun() : ScriptedRun({}) {}
  RunInfo prepare(const Tell&) override { throw InputError("data: there is no such file (name another)"); }
};

}  // namespace

TEST_CASE("a live run and its recording give every panel the same picture and the same text") {
  SampleRun run;
  run.snapshot_every = 1000;  // one snapshot, so that a window that looks late misses none
  Recording recording = sample_recording(run);
  Trace& causal = recording.snapshots.at(0).threshold;
  causal.attention = sample_attention(run, causal);
  RecordingSource recorded("sample", recording);
  LiveSource live("sample", std::make_unique<SilentRun>(recording), [] {});
  REQUIRE(wait_for(live, [&] {
    return live.history().steps.size() == 400 && live.history().snapshots.size() == 1 &&
           live.history().evals.size() == 8 && live.history().scores.size() == recording.scores.size();
  }));
  for (const auto& panel : make_panels()) {
    const std::string name = panel->name();
    // They say why a live run or a recording cannot write or survey.
    if (name == "generate" || name == "tokens" || name == "depth") continue;
    CAPTURE(name);
    std::string text[2];
    Picture picture[2];
    for (int i = 0; i < 2; ++i) {
      Headless window(i == 0 ? static_cast<Source&>(recorded) : live, 500, 400);
      window.app().state().bare = true;
      window.app().state().maximised = name;
      for (RuleView rule : {RuleView::training, RuleView::causal, RuleView::difference}) {
        window.app().state().rule = rule;
        text[i] += window.app().text(name);
      }
      window.frames(3);
      picture[i] = window.picture();
    }
    CHECK(text[0] == text[1]);
    CHECK((picture[0].rgba == picture[1].rgba));  // says which panel, not a megabyte of pixels
  }
}

TEST_CASE("a live run can be paused, resumed and stopped from the window") {
  const auto live = live_source(sample_recording());
  REQUIRE(wait_for(*live, [&] { return live->status() == RunStatus::training && !live->history().steps.empty(); }));
  Headless window(*live, 1280, 800);
  window.frames(3);
  REQUIRE(window.click("train.pause"));
  CHECK(live->status() == RunStatus::pausing);  // the script never comes to its next step
  REQUIRE(window.click("train.step"));
  REQUIRE(window.click("train.lr"));
  CHECK(window.app().state().lr_factor == Approx(1).margin(0.3));  // the middle of its scale
  window.type("t");
  CHECK(live->status() == RunStatus::training);
  REQUIRE(window.click("train.stop"));
  REQUIRE(wait_for(*live, [&] { return live->status() == RunStatus::finished; }));
  window.frames(2);
  CHECK_FALSE(window.click("train.stop"));
}

TEST_CASE("that a run pauses or goes on is news, which the window draws") {
  LiveSource source("live", std::make_unique<SilentRun>(sample_recording()), [] {});
  REQUIRE(wait_for(source, [&] { return source.status() == RunStatus::training; }));
  const auto quiet = [&] {
    for (int i = 0; i < 10000; ++i) {
      if (!source.poll() && source.history().snapshots.size() > 0 && source.history().steps.size() == 400) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  };
  REQUIRE(quiet());
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  REQUIRE(quiet());
  source.pause();
  CHECK(source.poll());
  CHECK_FALSE(source.poll());
  source.resume();
  CHECK(source.poll());
}

TEST_CASE("a run that cannot start says why, and the window lives on") {
  LiveSource live("sample", std::make_unique<FailingRun>(), [] {});
  REQUIRE(wait_for(live, [&] { return live.status() == RunStatus::failed && !live.notice().empty(); }));
  CHECK_THAT(live.notice(), ContainsSubstring("there is no such file"));
  Headless window(live, 1280, 800);
  window.frames(3);
  CHECK_FALSE(live.can_generate());
  CHECK_FALSE(live.why_not().empty());
}

TEST_CASE("closing the window stops the run") {
  const auto begun = std::chrono::steady_clock::now();
  {
    const auto live = live_source(sample_recording());
    REQUIRE(wait_for(*live, [&] { return live->status() == RunStatus::training; }));
  }
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(5));
}

TEST_CASE("a long run keeps a bounded number of snapshots, the newest among them") {
  SampleRun run;
  run.tokens = 2;
  LiveFeed feed([] {});
  RunHistory history;
  for (int step = 1; step <= 3000; ++step) {
    feed.on(sample_snapshot(run, step));
    feed.drain(history);
  }
  CHECK_FALSE(feed.thinned());
  for (int step = 1; step <= 33000; ++step) {
    feed.on(StepMetrics{.step = step});
    feed.drain(history);
  }
  CHECK(feed.thinned());
  CHECK(history.steps.size() < 32768);
  CHECK(history.steps.back().step == 33000);
  CHECK(history.snapshots.size() <= 1024);
  CHECK(history.snapshots.back().step == 3000);
  CHECK(history.snapshots.front().step == 1);
  CHECK(history.snapshot_at(2999) == int(history.snapshots.size()) - 2);
}

TEST_CASE("large snapshots keep to the memory that the status line promises, in live runs and in recordings") {
  Snapshot large = sample_snapshot({}, 1);
  large.threshold.attention.clear();
  for (int layer = 0; layer < 4; ++layer)
    large.threshold.attention.push_back({{0}, {0}, std::vector<uint8_t>(5'000'000, 1)});
  const uint64_t each = bytes_of(large);
  REQUIRE(each > 20'000'000);
  LiveFeed feed([] {});
  RunHistory live;
  for (int step = 1; step <= 20; ++step) {
    large.step = step;
    feed.on(large);
    feed.drain(live);
    REQUIRE(live.bytes <= RunHistory::most_bytes);
  }
  CHECK(live.bytes == live.snapshots.size() * each);
  CHECK(live.snapshots.size() > 5);
  CHECK(live.snapshots.front().step == 1);
  CHECK(live.snapshots.back().step == 20);
  Recording recording = sample_recording();
  recording.snapshots.clear();
  for (large.step = 1; large.step <= 14; ++large.step) recording.snapshots.push_back(large);
  const RecordingSource source("large", std::move(recording));
  CHECK(source.history().bytes <= RunHistory::most_bytes);
  CHECK(source.history().snapshots.size() < 14);
  CHECK(source.notice().find("256 MB") != std::string::npos);
}

TEST_CASE("a picture that is paused stays when a long run thins its snapshots") {
  class Growing : public RecordingSource {
   public:
    Growing() : RecordingSource("sample", sample_recording()) {}
    void halve() { history_.thin(history_.snapshots.size() - 1); }
  } source;
  Headless window(source, 1280, 800);
  AppState& state = window.app().state();
  state.playback.jump(10, source.history().snapshot_count());
  window.frames(2);
  const int64_t step = state.shown.step;
  source.halve();
  window.frames(2);
  CHECK(state.shown.step == step);
  CHECK(state.playback.index() < 10);
  CHECK(state.playback.mode() == Playback::Mode::paused);
}

TEST_CASE("the snapshot of a step is the newest at or before it") {
  RunHistory history;
  CHECK(history.snapshot_at(5) == -1);
  for (int64_t step : {10, 20, 30}) history.snapshots.push_back({.step = step});
  CHECK(history.snapshot_at(5) == 0);
  CHECK(history.snapshot_at(10) == 0);
  CHECK(history.snapshot_at(29) == 1);
  CHECK(history.snapshot_at(1000) == 2);
}

TEST_CASE("a new request replaces a running text, and a failing model becomes a message") {
  std::atomic<int> made{0};
  GenerationWorker worker(
      [&](const std::atomic<bool>&) -> std::unique_ptr<Decoder> {
        if (++made == 3) throw InputError("prompt: it holds no token (write a word)");
        return std::make_unique<ScriptedDecoder>([] { std::this_thread::sleep_for(std::chrono::milliseconds(1)); });
      },
      [] {});
  Generation state;
  const auto wait = [&](auto&& done) {
    for (int i = 0; i < 5000 && !done(); ++i) {
      worker.poll(state);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return done();
  };
  GenerateRequest request;
  request.max_tokens = 100000;
  worker.start(request);
  REQUIRE(wait([&] { return state.text.size() > 5; }));
  request.prompt = "second";
  request.max_tokens = 3;
  worker.start(request);
  REQUIRE(wait([&] { return !state.running; }));
  CHECK(state.text.size() == 4);
  CHECK(state.text[0].piece == "second");
  CHECK(state.error.empty());
  worker.start(request);
  REQUIRE(wait([&] { return !state.error.empty(); }));
  CHECK_FALSE(state.running);
  CHECK_THAT(state.error, ContainsSubstring("no token"));
}

TEST_CASE("of a recording that was cut off before its first record the configuration beside it says what the run is") {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "recording.mortrace", "");
  write_file_atomically(folder.path() / "config.toml", sample_recording().config_toml);
  const RecordingSource source(folder.path(), [] {});
  CHECK(source.geometry().recursions == 3);
  CHECK(source.geometry().routing == Routing::expert_choice);
  CHECK_THAT(source.notice(), ContainsSubstring("cut off"));
}

TEST_CASE("a run whose weights come after its recording can write once they are there") {
  const TemporaryFolder folder;
  const RunFolder run{folder.path()};
  write_sample(run.recording());
  const std::string all = read_file(run.recording(), 1 << 24);
  write_file_atomically(run.recording(), all.substr(0, all.size() / 2));
  RecordingSource source(folder.path(), [] {});
  const size_t snapshots = source.history().snapshots.size();
  CHECK_FALSE(source.can_generate());
  write_file_atomically(run.weights(), "");
  write_file_atomically(run.recording(), all);
  for (int look = 0; look < 100 && !source.can_generate(); ++look) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    source.poll();
  }
  CHECK(source.can_generate());
  CHECK(source.history().snapshots.size() > snapshots);
}

TEST_CASE("a folder that transformers wrote opens as a model, which can write, and is found among others") {
  for (const std::string& name : hugging_face_names()) {
    INFO(name);
    const std::unique_ptr<Source> source = open_source(hugging_face_folder(name), [] {});
    CHECK(source->can_generate());
    CHECK(source->geometry().routing == Routing::none);
    CHECK(int64_t(source->history().run.vocabulary.size()) == source->config().model.vocab_size);
  }
  CHECK(runs_in(hugging_face_folder("")).size() == hugging_face_names().size());
}

TEST_CASE("what is neither run, recording nor model is refused in one line") {
  CHECK_THROWS_AS(open_source("/no/such/run", [] {}), InputError);
  CHECK_THROWS_WITH(open_source("/", [] {}), ContainsSubstring("recording.mortrace"));
}
