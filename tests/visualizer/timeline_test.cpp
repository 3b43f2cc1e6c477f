#include <filesystem>

#include "scripted.h"
#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/files.h"
#include "visualizer/headless.h"

using namespace tinymor;

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
}

TEST_CASE("a note is written at its step, lies beside the recording and comes back with it") {
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
