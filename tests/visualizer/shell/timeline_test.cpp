#include <filesystem>
#include <thread>

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/files.h"
#include "visualizer/desk.h"
#include "visualizer/shell/bottom_bar.h"
#include "visualizer/shell/timeline.h"
#include "visualizer/state/settings.h"

using namespace tinymor;
using Mode = Playback::Mode;

TEST_CASE("the time line's buttons walk through the snapshots and end following") {
  Desk desk;
  Playback& playback = desk.state().playback;
  const int last = int(desk.source.history().snapshots.size()) - 1;
  CHECK(playback.mode() == Mode::following);
  CHECK(playback.index() == last);
  REQUIRE(desk.window.click("time.previous"));
  CHECK(playback.index() == last - 1);
  CHECK(playback.mode() == Mode::paused);
  REQUIRE(desk.window.click("time.first"));
  CHECK(playback.index() == 0);
  REQUIRE(desk.window.click("time.next"));
  CHECK(playback.index() == 1);
  REQUIRE(desk.window.click("time.play"));
  CHECK(playback.mode() == Mode::playing);
  CHECK(desk.window.app().animating());
  REQUIRE(desk.window.click("time.play"));
  REQUIRE(desk.window.click("time.follow"));
  CHECK(playback.mode() == Mode::following);
  REQUIRE(desk.window.click("time.speed"));
  CHECK(playback.speed == 2);
}

TEST_CASE("dragging along the time line scrubs to the nearest snapshot") {
  Desk desk;
  REQUIRE(desk.window.drag("time.track", 0.9f, 0.5f));
  CHECK(desk.state().shown.step == 200);
  REQUIRE(desk.window.drag("time.track", 0.5f, 0.26f));
  CHECK(desk.state().shown.step == 100);
}

TEST_CASE("dragging with Shift loops a part of the run, and a click ends the loop") {
  RecordingSource source("sample", sample_recording());
  Headless window(source, 1280, 800);
  AppState& state = window.app().state();
  window.frames(2);
  ui::feed_shift(ImGui::GetIO(), true);
  REQUIRE(window.drag("time.track", 0.25f, 0.75f));
  ui::feed_shift(ImGui::GetIO(), false);
  REQUIRE(state.playback.loop);
  CHECK(state.playback.loop == std::pair(4, 12));
  REQUIRE(window.click("time.track"));
  CHECK_FALSE(state.playback.loop);
}

TEST_CASE("the wheel zooms the time line around the mouse") {
  RecordingSource source("sample", sample_recording());
  Headless window(source, 1280, 800);
  const Timeline& line = window.app().state().timeline;
  window.frames(2);
  REQUIRE(window.hover("time.track"));
  window.wheel(4);
  CHECK(line.zoom.width() == Approx(0.41).margin(0.01));
  CHECK((line.zoom.to + line.zoom.from) / 2 == Approx(0.5).margin(0.01));
  window.wheel(-9);
  CHECK(line.zoom.from == 0);
  CHECK(line.zoom.to == 1);
  window.wheel(4);
  REQUIRE(window.click("time.track", 2));
  CHECK(line.zoom.width() == 1);
}

TEST_CASE("what is played stays visible on a zoomed time line") {
  RecordingSource source("sample", sample_recording());
  Headless window(source, 1280, 800);
  AppState& state = window.app().state();
  state.playback.jump(0, source.history().snapshot_count());
  state.timeline.zoom = {0, 0.2};
  window.frames(2);
  state.playback.toggle(source.history().snapshot_count());
  window.frames(40, 0.25);
  CHECK(state.shown.step == 400);
  CHECK(state.timeline.zoom.from == Approx(0.8));
  CHECK(state.timeline.zoom.width() == Approx(0.2));
}

TEST_CASE("a note is written at its step, saved beside the recording, and read with it") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "recording.mortrace";
  { Recorder recorder(file, sample_recording()); }
  {
    RecordingSource source(file, [] {});
    Headless window(source, 1280, 800);
    window.frames(2);
    window.type("n");
    window.type("here it learns to spell");
    REQUIRE(window.click("note.keep"));
  }
  CHECK(read_file(file.string() + ".notes", 1000) == "0 here it learns to spell\n");
  RecordingSource again(file, [] {});
  Headless window(again, 1280, 800);
  std::vector<Note>& notes = window.app().state().timeline.notes;
  REQUIRE(notes.size() == 1);
  write_note(notes, {5, "later"}, file);
  write_note(notes, {0, " "}, file);
  CHECK(read_file(file.string() + ".notes", 1000) == "5 later\n");
  write_file_atomically(file.string() + ".notes", "no number\n12 good\n-3 bad\n99999999999999999999 huge\n");
  CHECK(read_notes(file).size() == 1);
}

TEST_CASE("unreadable notes do not prevent showing the recording, and are not overwritten") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "recording.mortrace", notes = file.string() + ".notes";
  write_sample(file);
  write_file_atomically(notes, std::string(2 << 20, 'x'));
  RecordingSource source(file, [] {});
  Headless window(source, 1280, 800);
  window.frames(2);
  CHECK_THAT(window.app().text(), ContainsSubstring(".notes: larger than"));
  apply(window.app().state(), source, "do note lost?");
  window.frames(2);
  CHECK(std::filesystem::file_size(notes) == 2 << 20);
}

TEST_CASE("the time line says what happened to the run, even when the recording is damaged") {
  RecordingSource source("sample", sample_recording());
  Headless window(source, 1280, 800);
  window.frames(2);
  CHECK(timeline_text(source, window.app().state()).find("step 130: learning rate times 0.5\n") != std::string::npos);
  CHECK(window.app().text().find("== Time line ==") != std::string::npos);
  RecordingSource hostile("hostile", hostile_recording());
  for (const char* clock : {"clock seconds", "clock text", "clock steps"}) {
    Headless bad(hostile, 1280, 800);
    apply(bad.app().state(), hostile, clock);
    bad.frames(2);
    CHECK(bad.drag("time.track", 0.1f, 0.9f));
  }
}

TEST_CASE("a time line that counts seconds shows the run as it was then") {
  Recording slow = sample_recording();
  for (StepMetrics& m : slow.steps)
    if (m.step > 200) m.seconds += 10.0 * double(m.step - 200);
  RecordingSource source("sample", std::move(slow));
  Headless window(source, 1280, 800);
  AppState& state = window.app().state();
  window.frames(2);
  REQUIRE(window.click("time.clock"));
  CHECK(state.timeline.clock == Clock::seconds);
  REQUIRE(window.click("time.track"));
  const int64_t in_seconds = state.shown.step;
  REQUIRE(window.click("time.clock"));
  CHECK(state.timeline.clock == Clock::steps);
  REQUIRE(window.click("time.track"));
  CHECK(state.shown.step == 200);
  CHECK(in_seconds == 300);
}

TEST_CASE("a time line that counts tokens goes back through a text as it was written, with its cache") {
  WritingSource source;
  Headless window(source, 1280, 800);
  AppState& state = window.app().state();
  state.request.max_tokens = 12;
  state.request.pace = 0;
  state.page = "Generate";
  state.wishes.push_back({Wish::generate});
  const auto written = [&] { return source.generation().text.size() == 13 && !source.generation().running; };
  for (int i = 0; i < 1000 && !written(); ++i) {
    window.frames(1);
    source.poll();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  REQUIRE(written());
  window.frames(1);
  const int64_t whole = state.shown.generated.kv.bytes;
  REQUIRE(window.click("time.clock"));
  REQUIRE(window.click("time.clock"));
  CHECK(state.timeline.clock == Clock::text);
  CHECK(state.shown.generated.size() == 13);

  window.key(ImGuiKey_Home);
  window.frames(1);
  CHECK(state.shown.generated.size() == 1);
  window.key(ImGuiKey_RightArrow);
  window.frames(1);
  CHECK(state.shown.generated.size() == 2);
  CHECK(state.shown.generated.kv.bytes == 2 * 4096);
  CHECK(setting(state, source, "writing") == "2");
  CHECK(status_text(source, state).starts_with("2 of 13 tokens"));
  window.key(ImGuiKey_Space);
  window.frames(40, 0.1);
  CHECK(state.shown.generated.size() == 13);
  apply(state, source, "writing 5");
  window.frames(1);
  CHECK(state.shown.generated.size() == 5);

  SECTION("what is written on is seen") {
    state.wishes.push_back({Wish::step});
    for (int i = 0; i < 1000 && state.shown.generated.size() != 14; ++i) {
      window.frames(1);
      source.poll();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    CHECK(state.shown.generated.size() == 14);
    CHECK(source.generation().lengths().size() == 14);
  }
  SECTION("counted otherwise, all of the text is seen again") {
    REQUIRE(window.click("time.clock"));
    window.frames(1);
    CHECK(state.shown.generated.size() == 13);
    CHECK(state.shown.generated.kv.bytes == whole);
    CHECK(whole == 13 * 4096);
  }
  SECTION("what was taken back keeps its past") {
    state.wishes.push_back({Wish::keep, 8});
    for (int i = 0; i < 1000 && source.generation().text.size() != 8; ++i) {
      window.frames(1);
      source.poll();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    CHECK(source.generation().lengths().size() == 8);
    CHECK(source.generation().text[3].kv_bytes == 4 * 4096);
  }
}
