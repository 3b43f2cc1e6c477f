#include "visualizer/panels/curve_series.h"

#include "support/catch.h"
#include "visualizer/desk.h"
#include "visualizer/draw/plot.h"
#include "visualizer/state/settings.h"

using namespace tinymor;

TEST_CASE("a click into the loss curve goes to that step") {
  Desk desk;
  desk.state().maximised = "curves";
  desk.window.frames(2);
  REQUIRE(desk.window.click("curves.loss.area"));
  CHECK(desk.state().shown.step == 200);
}

TEST_CASE("Shift and a click mark a step on the curves, and both marks are read") {
  Desk desk;
  REQUIRE(desk.window.drag("curves.loss.area", 0.9f, 0.9f));
  const int64_t a = desk.state().shown.step;
  desk.window.hold_shift(true);
  REQUIRE(desk.window.drag("curves.loss.area", 0.3f, 0.3f));
  desk.window.hold_shift(false);
  CHECK(desk.state().mark_compared);
  CHECK(desk.state().shown.step == a);
  const int64_t b = desk.state().compare.shown.step;
  CHECK(b < a);
  const auto mean = [&](int64_t step) {
    double sum = 0;
    for (const StepMetrics& m : desk.source.history().steps) sum += m.step <= step && m.step > step - 10 ? m.loss : 0;
    return sum / 10;
  };
  CHECK(desk.window.app().text("curves").find(fmt::format("B - A: {:+.3f} nats", mean(b) - mean(a))) !=
        std::string::npos);
  desk.window.key(ImGuiKey_Escape);
  CHECK_FALSE(desk.state().mark_compared);
}

TEST_CASE("runs beside each other whose held-out losses another seed could put in another order say so") {
  const auto text = [](double farther) {
    Sources sources;
    for (const double by : {0.0, 0.01, farther}) {
      Recording run = sample_recording();
      for (EvalMetrics& eval : run.evals) eval.threshold_loss += by;
      sources.push_back(std::make_unique<RecordingSource>("run", std::move(run)));
    }
    Desk desk;
    desk.window.app().show(std::move(sources));
    desk.window.frames(2);
    return desk.window.app().text("curves");
  };
  CHECK_THAT(text(0.03), ContainsSubstring("one seed: may be luck \u00b7 newest held out: "));
  CHECK_THAT(text(0.05), !ContainsSubstring("luck"));
  CHECK_THAT(Desk().window.app().text("curves"), !ContainsSubstring("luck"));
}

TEST_CASE("the wheel zooms the curves around the mouse, and a double click shows all of them again") {
  Desk desk;
  REQUIRE(desk.window.hover("curves.loss.area"));
  desk.window.wheel(3);
  REQUIRE(desk.window.drag("curves.loss.area", 0, 0));
  CHECK(desk.state().shown.step == Approx(100).margin(26));  // 200 in the middle, half of the steps in view
  desk.state().playback.follow();
  REQUIRE(desk.window.click("curves.loss.area", 2));
  REQUIRE(desk.window.drag("curves.loss.area", 0, 0));
  CHECK(desk.state().shown.step == 1);  // the first there is
}

TEST_CASE("curves over tokens, FLOPs and time go to the same steps") {
  Desk desk;
  desk.state().maximised = "curves";
  desk.window.frames(2);
  for (const char* axis : {"curves.axis.1", "curves.axis.2", "curves.axis.3"}) {
    REQUIRE(desk.window.click(axis));
    desk.state().playback.follow();
    desk.window.frames(2);
    REQUIRE(desk.window.click("curves.loss.area"));
    CHECK(desk.state().shown.step == 200);
  }
  CHECK_THAT(desk.window.app().text("curves"), ContainsSubstring("by seconds"));
}

TEST_CASE(
    "dragging over the curves with the right button shows that part of them, and a click with it changes nothing") {
  Desk desk;
  desk.state().maximised = "curves";
  desk.window.frames(2);
  REQUIRE(desk.window.drag("curves.loss.area", 0.5f, 0.75f, ImGuiMouseButton_Right));
  REQUIRE(desk.window.drag("curves.loss.area", 0.5f, 0.5f, ImGuiMouseButton_Right));
  REQUIRE(desk.window.drag("curves.loss.area", 0, 0));
  CHECK(desk.state().shown.step == 200);
  REQUIRE(desk.window.drag("curves.loss.area", 1, 1));
  CHECK(desk.state().shown.step == Approx(300).margin(26));
}

TEST_CASE("what is marked before the first step has the first loss, not none") {
  Recording recording = sample_recording();
  recording.snapshots.front().step = 0;
  RecordingSource source("sample", std::move(recording));
  Headless window(source, 1280, 800);
  AppState& state = window.app().state();
  window.frames(2);
  apply(state, source, "compare.step 0");
  apply(state, source, "compare.mark on");
  window.frames(2);
  const std::string text = window.app().text("curves");
  CHECK(text.find("at step 0") != std::string::npos);
  CHECK(text.find("nan") == std::string::npos);
}

TEST_CASE("a curve's value is read with the place that it is of, unless that is where the mouse is") {
  const PlotSeries train{.name = "train", .color = {}, .x = {299, 300, 301}, .y = {2.5, 2.25, 2}};
  const PlotSeries held{.name = "B", .color = {}, .x = {100, 300}, .y = {3, 2.125}, .what = "held out", .dots = true};
  PlotOptions steps;
  steps.y_unit = "nats";
  CHECK(reading(train, 300.2, steps) == "train  2.25 nats");
  CHECK(reading(held, 300.2, steps) == "B: held out  2.125 nats at step 300");
  CHECK(reading(held, 212, steps) == "B: held out  2.125 nats at step 300");
  CHECK(reading(held, 180, steps) == "B: held out  3 nats at step 100");
  CHECK(reading(train, 180, steps) == "train  2.5 nats at step 299");
  CHECK(reading(PlotSeries{.name = "none", .color = {}}, 1, steps).empty());
  const PlotSeries late{.name = "train", .color = {}, .x = {20001, 20002}, .y = {1, 2}};
  CHECK(reading(late, 20000, steps) == "train  1 nats at step 20001");
}

TEST_CASE("Shift and click marks B where B is another run, too: it goes there and stays, and A stays") {
  Desk desk;
  SampleRun longer;
  longer.steps = 800;
  Sources other;
  other.push_back(std::make_unique<RecordingSource>("longer", sample_recording(longer)));
  desk.window.app().compare(std::move(other));
  desk.window.frames(3);
  const AppState& state = desk.state();
  REQUIRE(state.compare.other);
  const int64_t a = state.shown.step;
  CHECK(state.compare.shown.step == a);
  desk.window.hold_shift(true);
  REQUIRE(desk.window.drag("curves.loss.area", 0.9f, 0.9f));
  desk.window.hold_shift(false);
  desk.window.frames(2);
  CHECK(state.shown.step == a);
  const int64_t b = state.compare.shown.step;
  CHECK(b > 600);  // of the longer run, which goes as far as the axis
  CHECK(state.mark_compared);
  desk.window.key(ImGuiKey_LeftArrow);
  CHECK(state.compare.shown.step == b);
  desk.window.type("m");
  desk.window.frames(2);
  CHECK(state.compare.shown.step == state.shown.step);
  desk.window.key(ImGuiKey_Escape);
  CHECK_FALSE(state.mark_compared);
  CHECK(state.compare.linked);
}
