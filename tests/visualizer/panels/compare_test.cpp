#include <set>

#include "support/catch.h"
#include "visualizer/panels/run_look.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"
#include "visualizer/state/settings.h"

using namespace tinymor;

namespace {

/// A run of half as many steps, of which another can be opened beside it.
Recording short_run() {
  SampleRun run;
  run.steps = 200;
  return sample_recording(run);
}

Opener opener() {
  return {[](const std::string&) { return alone(std::make_unique<RecordingSource>("other", short_run())); }, {}};
}

}  // namespace

TEST_CASE("two steps of a run stand side by side with one cursor") {
  RecordingSource source("sample", sample_recording());
  Headless window(source, 1280, 800);
  AppState& state = window.app().state();
  state.page = "Compare";
  window.frames(3);
  CHECK(state.shown.step == 400);
  CHECK(state.compare.shown.step == 1);
  REQUIRE(window.drag("compare.snapshot", 0.02f, 0.5f));
  CHECK(state.compare.shown.step == Approx(200).margin(26));
  CHECK(state.shown.step == 400);
  REQUIRE(window.hover("b.strip.token.7"));
  CHECK(state.hovered == TokenRef{Subject::watched, 7});
  CHECK(window.app().registry().find("a.strip.token.7"));
  REQUIRE(window.click("compare.kind.2"));
  window.frames(2);
  CHECK(window.app().registry().find("b.kv.cells"));
  const int64_t compared = state.compare.shown.step;
  REQUIRE(window.click("compare.swap"));
  window.frames(2);
  CHECK(state.shown.step == compared);
  CHECK(state.compare.shown.step == 400);
}

TEST_CASE("a run keeps its colour and its dash, whatever it is compared with") {
  RecordingSource source("sample", sample_recording());
  Headless window(source, 1280, 800, ui::FontSource::builtin, opener());
  AppState& state = window.app().state();
  state.page = "Compare";
  for (const char* name : {"other", "third"}) window.app().compare(opener().open(name));
  window.frames(3);
  const Comparison& c = state.compare;
  const std::vector<const Source*> runs = {&source, c.rivals[0], c.rivals[1]};
  const auto looks = [&] {
    std::vector<std::pair<uint32_t, Dash>> all;
    for (const Source* run : runs) {
      const RunLook look = look_of(c, *run);
      all.emplace_back(ui::u32(look.color), look.dash);
    }
    return all;
  };
  const auto before = looks();
  CHECK(before[0].first == ui::u32(ui::colors::accent));
  CHECK(std::set(before.begin(), before.end()).size() == 3);
  CHECK(side_color(source, c, true) == look_of(c, *c.other).color);
  REQUIRE(window.click("compare.next"));
  window.frames(2);
  CHECK(looks() == before);
  REQUIRE_FALSE(c.other);
  CHECK(side_color(source, c, true) == compared_color);  // another step of the same run
  REQUIRE(window.click("compare.next"));
  REQUIRE(window.click("compare.swap"));
  window.frames(2);
  CHECK(&window.app().source() == runs[1]);
  CHECK(looks() == before);
  CHECK(side_color(window.app().source(), c, false) == look_of(c, *runs[1]).color);
}

TEST_CASE("a run that is opened takes the place of all that were there") {
  RecordingSource source("sample", sample_recording());
  Headless window(source, 1280, 800, ui::FontSource::builtin, opener());
  AppState& state = window.app().state();
  window.app().compare(opener().open("other"));
  window.frames(2);
  REQUIRE(state.compare.other);
  window.app().show(opener().open("third"));
  window.frames(2);
  CHECK(state.compare.rivals.empty());
  CHECK_FALSE(state.compare.other);
  CHECK_THAT(window.app().text("curves"), !ContainsSubstring("B: "));
}

TEST_CASE("losses of runs on other data are not compared") {
  Recording other = short_run();
  other.counts[0] += 1;
  RecordingSource source("sample", sample_recording());
  CHECK_FALSE(other_data(source, RecordingSource("short", short_run())));
  CHECK_FALSE(other_data(source, RecordingSource("unknown", Recording())));
  CHECK(other_data(source, RecordingSource("other", other)));
  Headless window(source, 1280, 800);
  window.app().compare(alone(std::make_unique<RecordingSource>("short", short_run())));
  window.app().compare(alone(std::make_unique<RecordingSource>("other", other)));
  AppState& state = window.app().state();
  window.frames(2);
  CHECK(short_name(*state.compare.other) == "other");
  CHECK_THAT(
      window.app().text("curves"),
      ContainsSubstring("newest held out: this run 1.841, short 1.875, B: other (other data) cannot be compared"));
  const std::string compared = window.app().text("compare");
  CHECK_THAT(compared, ContainsSubstring("other data: losses cannot be compared"));
  CHECK_THAT(compared, ContainsSubstring("(not to be compared)"));
  CHECK_THAT(compared, ContainsSubstring("run short: ") && !ContainsSubstring("run other: "));
}

TEST_CASE("another run stands where this one does, until it is let loose, and its curve is drawn too") {
  RecordingSource source("sample", sample_recording());
  Headless window(source, 1280, 800, ui::FontSource::builtin, opener());
  AppState& state = window.app().state();
  state.page = "Compare";
  window.frames(3);
  REQUIRE(window.click("compare.other"));
  REQUIRE(window.click("open.close"));
  window.frames(2);
  CHECK(state.open.dialog == Dialog::none);  // the next run that is opened is to be shown
  REQUIRE(window.click("compare.other"));
  window.type("other");
  REQUIRE(window.click("open.go"));
  window.frames(2);
  REQUIRE(state.compare.other);
  CHECK(&window.app().source() == &source);
  CHECK(state.compare.shown.step == 200);  // it has no more
  state.playback.jump(2, 17);
  window.frames(2);
  CHECK(state.shown.step == 50);
  CHECK(state.compare.shown.step == 50);
  REQUIRE(window.click("compare.linked"));
  state.playback.follow();
  window.frames(2);
  CHECK(state.compare.shown.step == 50);
  CHECK_THAT(window.app().text("compare"), ContainsSubstring("B: step 50 of other"));
  CHECK_THAT(window.app().text("curves"), ContainsSubstring("B: other"));
  REQUIRE(window.click("compare.swap"));
  window.frames(3);
  CHECK(window.app().source().name() == "other");
  CHECK(state.compare.other == &source);
  REQUIRE(window.click("compare.next"));
  CHECK_FALSE(state.compare.other);
  REQUIRE(window.click("compare.next"));
  CHECK(state.compare.other == &source);
  REQUIRE(window.click("compare.other"));
  window.type("other");
  REQUIRE(window.click("open.go"));
  window.frames(2);
  CHECK(state.compare.rivals.size() == 2);
  CHECK(state.compare.other == state.compare.rivals[1]);
  CHECK_THAT(window.app().text("compare"), ContainsSubstring("run sample: "));
}

TEST_CASE("runs on images are compared by their patches and by what each tells right") {
  RecordingSource source("images", sample_images());
  Headless window(source, 1280, 900);
  window.app().state().page = "Compare";
  window.frames(4);
  CHECK(window.app().state().maximised.empty());
  CHECK(window.app().registry().find("a.patches.image.1"));
  CHECK(window.app().registry().find("b.patches.image.1"));
  CHECK_THAT(window.app().text("compare"), ContainsSubstring("images told right: 2 and "));
  REQUIRE(window.click("compare.kind.1"));
  CHECK(window.app().state().compared_panel == "scores");
}

TEST_CASE("the compare panel is not drawn inside itself, and B follows the run that is opened") {
  RecordingSource source("sample", sample_recording());
  Headless window(source, 1280, 800, ui::FontSource::builtin, opener());
  AppState& state = window.app().state();
  state.page = "Compare";
  apply_scene(state, source, "compare compare\n", "x");
  window.frames(3);
  apply_scene(state, source, "compare strip\n", "x");
  window.frames(2);
  window.app().drop("other");
  window.frames(3);
  CHECK(window.app().source().name() == "other");
  CHECK(state.compare.shown.step == window.app().source().history().snapshots.front().step);
  const Snapshot& first = window.app().source().history().snapshots.front();
  CHECK(state.compare.shown.causal.ids == first.threshold.tokens);
}
