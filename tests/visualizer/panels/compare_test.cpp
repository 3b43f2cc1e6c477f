#include <cmath>
#include <set>

#include "support/catch.h"
#include "visualizer/panels/difference_words.h"
#include "visualizer/panels/run_look.h"
#include "visualizer/panels/runs_plot.h"
#include "visualizer/panels/runs_table.h"
#include "visualizer/panels/scoreboard.h"
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
  CHECK_THAT(compared, ContainsSubstring("A (sample) and B (other) learn different data, so their losses do not say"));
  for (const RunPoint& point : run_points(source, state)) CHECK(point.name != "other");
  CHECK(racers(source, state).size() == 2);
  const std::vector<RunRow> rows = run_rows(source, state);
  CHECK(std::isfinite(rows[1].behind));
  CHECK(std::isnan(rows[2].behind));
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
  CHECK_THAT(window.app().text("compare"), ContainsSubstring("run sample: MoR"));
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

TEST_CASE("the panel begins with the difference of the two runs in a sentence, of what is known alone") {
  RunFacts a{"mor", "MoR"}, b{"vanilla", "vanilla"};
  a.loss = 1.4, b.loss = 1.52;
  a.layers = 6, b.layers = 8;
  a.parameters = 59, b.parameters = 100;
  a.kv_bytes = b.kv_bytes = 512;
  CHECK(difference_of(a, b, {}) ==
        "A (mor) predicts held-out text better than B (vanilla), by 0.120 nats (1.400 instead of 1.520); compared with "
        "B, A takes 2.0 fewer layers per token (6.0 instead of 8.0), has 41 % fewer parameters and stores as much KV "
        "cache per token.");
  b.loss = 1.37;
  b.kv_bytes = 400;
  CHECK(difference_of(a, b, {}) ==
        "A (mor) and B (vanilla) predict held-out text equally well, as far as one seed can tell (1.400 and 1.370 "
        "nats); compared with B, A takes 2.0 fewer layers per token (6.0 instead of 8.0), has 41 % fewer parameters "
        "and stores 28 % more KV cache per token.");
  CHECK_THAT(difference_of(a, b, {.data = false}),
             ContainsSubstring("so their losses do not say which is better; compared"));
  a.loss = std::nan("");
  a.layers = a.parameters = a.kv_bytes = std::nan("");
  CHECK(difference_of(a, b, {}) == "How well A (mor) and B (vanilla) predict held-out text is not known yet.");
  a.step = 3, b.step = 9;
  a.loss = 1.38;
  CHECK(difference_of(a, b, {.run = true}) ==
        "B (step 9) predicts held-out text better than A (step 3), by 0.010 nats (1.370 instead of 1.380).");
}

TEST_CASE("a run that diverged is neither equal to another nor better, in the sentence, the table and the scoreboard") {
  RunFacts a{"broken", "MoR"}, b{"vanilla", "vanilla"};
  a.layers = a.parameters = a.kv_bytes = b.layers = b.parameters = b.kv_bytes = std::nan("");
  a.loss = 6.947, b.loss = 6.949;  // of step 0
  a.diverged = 3;
  CHECK(difference_of(a, b, {}) ==
        "A (broken) diverged: from step 3 on its loss is not a number; B (vanilla) did not.");
  CHECK_THAT(difference_of(b, a, {}), ContainsSubstring("B (broken) diverged: from step 3"));
  b.diverged = 9;
  CHECK(difference_of(a, b, {}) == "A (broken) and B (vanilla) diverged: their losses are not numbers.");
  a.step = 2, b.step = 9, b.diverged = 3;
  CHECK_THAT(difference_of(a, b, {.run = true}), ContainsSubstring("B (step 9) diverged: from step 3"));

  Recording broken = short_run();
  broken.steps.back().loss = std::nan("");
  RecordingSource source("broken", std::move(broken));
  Headless window(source, 1280, 800, ui::FontSource::builtin, opener());
  window.app().state().page = "Compare";
  for (const char* name : {"other", "third"}) window.app().compare(opener().open(name));
  window.app().state().compare.scoreboard = true;
  window.frames(3);
  CHECK_THAT(window.app().text("compare"),
             ContainsSubstring("A (broken) diverged: from step 200") && ContainsSubstring("diverged at step 200,") &&
                 ContainsSubstring(", broken diverged at step 200") && !ContainsSubstring("nan"));
  CHECK_THAT(window.drawing(), ContainsSubstring(">diverged<") && ContainsSubstring("broken diverged at step 200"));
}

TEST_CASE("the scoreboard says plainly which run had not finished its schedule") {
  RecordingSource one("one", Recording()), two("two", Recording());
  Standing standing{CurveAxis::steps, 10, {2.0, 2.1}, 0, 1, 0.1, false};
  standing.cooling = {1};
  CHECK_THAT(standing_line(standing, {&one, &two}),
             ContainsSubstring("; two had not finished its schedule: its loss falls further while the learning rate "
                               "cools down"));
  standing.cooling = {0, 1};
  CHECK_THAT(standing_line(standing, {&one, &two}), ContainsSubstring("one and two had not finished their"));
}

TEST_CASE("the table has a row for each run, which sorts by its columns, and a press on a row makes it B") {
  RecordingSource source("sample", sample_recording());
  Headless window(source, 1280, 800, ui::FontSource::builtin, opener());
  AppState& state = window.app().state();
  Comparison& c = state.compare;
  state.page = "Compare";
  for (const char* name : {"other", "third"}) window.app().compare(opener().open(name));
  window.frames(3);
  std::vector<RunRow> rows = run_rows(source, state);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].run == &source);
  CHECK(rows[0].side == "A");
  CHECK(rows[2].side == "B");  // the one that was opened last
  CHECK(rows[0].behind == 0);
  CHECK(rows[1].behind == Approx(rows[1].facts.loss - rows[0].facts.loss));
  CHECK_THAT(run_line(rows[0]), ContainsSubstring("run sample (A): MoR, expert_choice, middle_cycle x 3, "));
  CHECK_THAT(window.app().text("compare"), ContainsSubstring("predict") && ContainsSubstring(run_line(rows[2])));
  REQUIRE(window.click("compare.run.1"));
  window.frames(2);
  CHECK(c.other == c.rivals[0]);
  REQUIRE(window.click("compare.run.0"));
  window.frames(2);
  CHECK_FALSE(c.other);
  REQUIRE(window.click("compare.sort.1"));
  REQUIRE(window.click("compare.sort.1"));
  rows = run_rows(source, state);
  CHECK(rows.back().run == &source);  // the lowest loss
  REQUIRE(window.click("compare.sort.1"));
  CHECK(run_rows(source, state).front().run == &source);
}

TEST_CASE("the sentence and the table are there in the smallest window") {
  RecordingSource source("sample", sample_recording());
  Headless window(source, 480, 320, ui::FontSource::builtin, opener());
  AppState& state = window.app().state();
  state.maximised = "compare";
  window.app().compare(opener().open("other"));
  window.frames(3);
  for (const char* name : {"compare.run.0", "compare.run.1", "compare.sort.0", "compare.sort.1", "compare.sort.2"}) {
    CAPTURE(name);
    const auto* item = window.app().registry().find(name);
    CHECK((item && item->visible));
  }
  CHECK_THAT(window.drawing(), ContainsSubstring("held out, nats"));
}

TEST_CASE("a race is a scoreboard that says who leads at the same steps, for the same compute, in the same time") {
  RecordingSource source("sample", sample_recording());
  Headless window(source, 1280, 800, ui::FontSource::builtin, opener());
  AppState& state = window.app().state();
  state.page = "Compare";
  window.frames(3);
  CHECK_FALSE(window.app().registry().find("compare.race"));  // one run alone
  window.app().compare(opener().open("other"));
  window.frames(2);
  REQUIRE(window.click("compare.race"));
  window.frames(2);
  CHECK_FALSE(window.app().registry().find("compare.kind"));
  for (const char* line : {"after the same steps (200)", "for the same compute (", "in the same time ("}) {
    CHECK_THAT(window.drawing(), ContainsSubstring(line));
    CHECK_THAT(window.app().text("compare"), ContainsSubstring(line));
  }
  CHECK_THAT(window.drawing(), ContainsSubstring("other leads by"));
  CHECK_THAT(window.app().text("compare"), ContainsSubstring("one seed each"));
}

TEST_CASE("a lead that may be luck is not called one") {
  Standing close{CurveAxis::steps, 10, {2.0, 2.01}, 0, 1, 0.01, true};
  Recording at_its_end;
  at_its_end.config_toml = "[train]\nsteps = 10\n";
  RecordingSource one("one", at_its_end), two("two", at_its_end);
  CHECK(standing_line(close, {&one, &two}) ==
        "after the same steps (10): too close to call: one ahead by 0.010 nats; one 2.000, two 2.010");
  close.losses = {2.0, 2.06};
  close.too_close = false;
  close.lead = 0.06;
  CHECK_THAT(standing_line(close, {&one, &two}), ContainsSubstring(": one leads by 0.060 nats; "));
  RecordingSource three("three", at_its_end);
  CHECK_THAT(standing_line({CurveAxis::steps, 10, {2.1, 2.0, 2.01}, 1, 2, 0.01, true}, {&one, &two, &three}),
             ContainsSubstring(": too close to call between two and three; two 2.000, three 2.010, one 2.100"));
}

TEST_CASE("a run that is gone is forgotten, and leaves no other run its colour") {
  RecordingSource a("a", Recording()), b("b", Recording()), c("c", Recording());
  Comparison comparison;
  for (const Source* run : {&a, &b}) comparison.open(*run);
  const RunLook of_a = look_of(comparison, a), of_b = look_of(comparison, b);
  comparison.close(a);
  comparison.open(c);
  CHECK(ui::u32(look_of(comparison, b).color) == ui::u32(of_b.color));
  CHECK(ui::u32(look_of(comparison, c).color) != ui::u32(of_a.color));
  CHECK(comparison.opened == std::vector<const Source*>{nullptr, &b, &c});
  AppState state;
  state.compare = std::move(comparison);
  CHECK(run_rows(b, state).size() == 2);
}
