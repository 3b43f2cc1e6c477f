#include "visualizer/shell/runs_dialog.h"

#include <set>

#include "support/catch.h"
#include "tensor/error.h"
#include "visualizer/panels/run_look.h"
#include "visualizer/panels/runs_table.h"
#include "visualizer/panels/scoreboard.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"
#include "visualizer/state/settings.h"

using namespace tinymor;

namespace {

/// Run i of a sweep; the higher its number, the lower its loss.
std::unique_ptr<Source> swept(int i) {
  SampleRun run;
  run.tokens = 12;
  run.steps = 100;
  Recording recording = sample_recording(run);
  for (EvalMetrics& e : recording.evals) e.topk_loss = e.threshold_loss = 3 - 0.01 * i;
  return std::make_unique<RecordingSource>(fmt::format("sweep/lr-{:02}", i), std::move(recording));
}

/// A window on forty of them, at its compare page, or on fewer.
struct Sweep {
  explicit Sweep(int width = 1280, int height = 800, int count = 40) : first(swept(0)), window(*first, width, height) {
    Sources sources;
    for (int i = 0; i < count; ++i) sources.push_back(swept(i));
    window.app().show(std::move(sources));
    state().page = "Overview";
    window.frames(3);
  }

  AppState& state() { return window.app().state(); }
  Comparison& runs() { return state().compare; }
  Source& a() { return window.app().source(); }
  /// The names of those that are drawn, but for A.
  std::set<std::string> drawn() {
    std::set<std::string> names;
    for (const Source* run : runs().drawn_rivals()) names.insert(short_name(*run));
    return names;
  }
  bool shows(const std::string& name) {
    const auto* item = window.app().registry().find(name);
    return item && item->visible;
  }
  void open() {
    state().open.dialog = Dialog::runs;
    window.frames(4);
  }

  std::unique_ptr<Source> first;
  Headless window;
};

const std::set<std::string> best = {"lr-34", "lr-35", "lr-36", "lr-37", "lr-38", "lr-39"};

}  // namespace

TEST_CASE("of forty runs the one that is shown and the six best are drawn, each with a look of its own") {
  Sweep sweep;
  CHECK(sweep.drawn() == best);
  CHECK(short_name(sweep.a()) == "lr-00");
  CHECK(short_name(*sweep.runs().other) == "lr-34");
  std::set<std::tuple<uint32_t, Dash>> looks;
  for (const Source* run : sweep.runs().drawn) {
    const RunLook look = look_of(sweep.runs(), *run);
    looks.emplace(ui::u32(look.color), look.dash);
  }
  CHECK(looks.size() == Comparison::most_drawn);
  CHECK(sweep.shows("curves.loss.lr-39"));
  CHECK_FALSE(sweep.window.app().registry().find("curves.loss.lr-01"));
  CHECK(run_rows(sweep.a(), sweep.state()).size() == 7);
  CHECK(racers(sweep.a(), sweep.state()).size() == 7);
  CHECK_THAT(sweep.window.drawing(), ContainsSubstring(">7 of 40 runs<"));
}

TEST_CASE("the text tells which runs are drawn, and what all the others came to") {
  Sweep sweep;
  CHECK_THAT(sweep.window.app().text("curves"),
             ContainsSubstring("7 of 40 runs drawn") && ContainsSubstring("lr-39") && !ContainsSubstring("lr-01"));
  const std::string text = sweep.window.app().text("compare");
  const size_t others = text.find("7 of 40 runs are drawn; these are not:\n");
  REQUIRE(others != text.npos);
  for (int i = 0; i < 40; ++i) {
    const size_t at = text.find(fmt::format("run lr-{:02}", i));
    CAPTURE(i);
    REQUIRE(at != text.npos);
    CHECK((at > others) == (i > 0 && i < 34));
  }
  CHECK_THAT(sweep.window.app().csv("curves"), !ContainsSubstring("lr-01,"));
}

TEST_CASE("a press in the chooser draws a run or leaves it out, up to as many as can be told apart") {
  Sweep sweep;
  REQUIRE(sweep.window.click("curves.runs"));
  sweep.window.frames(4);
  REQUIRE(sweep.state().open.dialog == Dialog::runs);
  REQUIRE(sweep.window.click("runs.run.1"));
  CHECK(sweep.drawn() == best);
  CHECK_THAT(sweep.state().open.message, ContainsSubstring("No more than 7 runs"));
  REQUIRE(sweep.window.click("runs.run.0"));
  CHECK_THAT(sweep.state().open.message, ContainsSubstring("A is always drawn"));
  REQUIRE(sweep.window.click("runs.filter"));
  sweep.window.type("lr-3");
  sweep.window.frames(3);
  CHECK_FALSE(sweep.window.app().registry().find("runs.run.1"));
  REQUIRE(sweep.window.click("runs.run.35"));
  CHECK(sweep.state().open.message.empty());
  CHECK_FALSE(sweep.runs().draws(*sweep.runs().rivals[34]));
  REQUIRE(sweep.window.click("runs.run.30"));
  CHECK(sweep.runs().draws(*sweep.runs().rivals[29]));
  CHECK(sweep.runs().drawn_count() == 7);
  sweep.window.frames(2);
  sweep.window.key(ImGuiKey_Escape);
  CHECK(sweep.state().open.dialog == Dialog::none);
  sweep.window.frames(3);
  CHECK(sweep.shows("curves.loss.lr-30"));
  CHECK_FALSE(sweep.window.app().registry().find("curves.loss.lr-35"));
}

TEST_CASE("runs are chosen in one go: a range, the first of the list as it is sorted, or none") {
  Sweep sweep;
  sweep.open();
  REQUIRE(sweep.window.click("runs.none"));
  CHECK(sweep.drawn().empty());
  CHECK_FALSE(sweep.runs().other);
  REQUIRE(sweep.window.click("runs.run.3"));
  sweep.window.hold_shift(true);
  REQUIRE(sweep.window.click("runs.run.6"));
  sweep.window.hold_shift(false);
  CHECK(sweep.drawn() == std::set<std::string>{"lr-03", "lr-04", "lr-05", "lr-06"});
  sweep.window.hold_shift(true);
  REQUIRE(sweep.window.click("runs.run.1"));  // backwards
  sweep.window.hold_shift(false);
  CHECK(sweep.drawn() == std::set<std::string>{"lr-01", "lr-02", "lr-03", "lr-04", "lr-05", "lr-06"});
  REQUIRE(sweep.window.click("runs.sort.1"));  // by loss
  REQUIRE(sweep.window.click("runs.first"));
  CHECK(sweep.drawn() == best);
  REQUIRE(sweep.window.click("runs.filter"));
  sweep.window.type("lr-1");
  sweep.window.frames(3);
  REQUIRE(sweep.window.click("runs.first"));
  CHECK(sweep.drawn() == std::set<std::string>{"lr-14", "lr-15", "lr-16", "lr-17", "lr-18", "lr-19"});
}

TEST_CASE("the chooser is used with the keyboard alone") {
  Sweep sweep;
  REQUIRE(sweep.window.click("compare.runs") == false);  // of another page
  sweep.open();
  sweep.window.type("LR-07");
  sweep.window.frames(3);
  sweep.runs().leave_out(*sweep.runs().rivals[38]);
  sweep.window.key(ImGuiKey_Enter);
  sweep.window.frames(2);
  CHECK(sweep.drawn().contains("lr-07"));
  const auto go_to = [&](const std::string& name) {
    for (int i = 0; i < 60 && sweep.window.app().registry().focus() != name; ++i) {
      sweep.window.key(ImGuiKey_DownArrow);
      sweep.window.frames(1);
    }
    return sweep.window.app().registry().focus() == name;
  };
  REQUIRE(go_to("runs.run.7"));
  sweep.window.key(ImGuiKey_Enter);
  sweep.window.frames(2);
  CHECK_FALSE(sweep.drawn().contains("lr-07"));
}

TEST_CASE("the choice is a line of a scene, with the same looks again") {
  Sweep sweep, again;
  CHECK(setting(sweep.state(), sweep.a(), "compare.drawn") == "best");
  apply(sweep.state(), sweep.a(), "compare.drawn lr-09; lr-05;lr-21");
  CHECK(sweep.drawn() == std::set<std::string>{"lr-05", "lr-09", "lr-21"});
  CHECK(short_name(*sweep.runs().other) == "lr-09");  // B was left out
  const std::string scene = scene_of(sweep.state(), sweep.a());
  CHECK_THAT(scene, ContainsSubstring("compare.drawn lr-09;lr-05;lr-21\n"));
  apply_scene(again.state(), again.a(), scene, "x");
  CHECK(again.drawn() == sweep.drawn());
  for (const size_t i : {4, 8, 20})
    CHECK(ui::u32(look_of(again.runs(), *again.runs().rivals[i]).color) ==
          ui::u32(look_of(sweep.runs(), *sweep.runs().rivals[i]).color));
  apply(again.state(), again.a(), "compare.drawn none");
  CHECK(again.drawn().empty());
  apply(again.state(), again.a(), "compare.drawn best");
  CHECK(again.drawn() == best);
  CHECK_THROWS_WITH(apply(again.state(), again.a(), "compare.drawn lr-99"),
                    ContainsSubstring("no run beside this one"));
  CHECK_THROWS_WITH(apply(again.state(), again.a(), "compare.drawn lr-01;lr-02;lr-03;lr-04;lr-05;lr-06;lr-07"),
                    ContainsSubstring("too many"));
  CHECK(again.drawn() == best);
  apply(again.state(), again.a(), "compare.run 3");  // B is always drawn
  CHECK(again.drawn().contains("lr-03"));
  CHECK(again.runs().drawn_count() == 7);
}

TEST_CASE("as many runs as can be told apart are all drawn, and a press on the legend of one is no choice") {
  Sweep sweep(1280, 800, 7);
  CHECK(sweep.drawn().size() == 6);
  CHECK_THAT(sweep.window.drawing(), ContainsSubstring(">7 runs<"));
  REQUIRE(sweep.window.click("curves.loss.lr-03"));
  CHECK(sweep.drawn().size() == 6);
}

TEST_CASE("the chooser fits into a small window and under a large zoom") {
  for (const auto& [width, height, zoom] :
       {std::tuple{480, 320, 1.0f}, {480, 320, 1.5f}, {1024, 768, 1.5f}, {640, 400, 1.0f}}) {
    Sweep sweep(width, height);
    CAPTURE(width, height, zoom);
    sweep.state().zoom = zoom;
    sweep.open();
    sweep.window.frames(4);
    for (const char* name : {"runs.close", "runs.filter", "runs.sort.0"}) {
      CAPTURE(name);
      CHECK(sweep.shows(name));
    }
    const ui::Registry& all = sweep.window.app().registry();
    for (const auto& [name, item] : all.items())
      if (name.starts_with("runs.") && item.visible) {
        CAPTURE(name);
        CHECK((item.box.min.x >= 0 && item.box.max.x <= float(width) && item.box.max.y <= float(height)));
      }
    sweep.window.type("lr-22");  // one that is far below
    sweep.window.frames(3);
    CHECK(sweep.shows("runs.run.22"));
  }
}

TEST_CASE("runs of the same name are told apart by their folders") {
  RecordingSource a("class/anna/demo", Recording()), b("class/ben/demo/", Recording()),
      c("class/ben/fast", Recording());
  tell_apart({&a, &b, &c});
  CHECK(short_name(a) == "anna/demo");
  CHECK(short_name(b) == "ben/demo");
  CHECK(short_name(c) == "fast");
  tell_apart({&a, &c});
  CHECK(short_name(a) == "demo");
  RecordingSource d("runs/train.lr=0.01 model.d_model=64", Recording()), e("runs/v1.5 of mine", Recording());
  tell_apart({&d, &e});
  CHECK(short_name(d) == "lr=0.01 d_model=64");
  CHECK(short_name(e) == "v1.5 of mine");
}

TEST_CASE("a plain picture of several runs has their names, named axes, and nothing of the window") {
  Sweep sweep(1280, 800, 3);
  AppState& state = sweep.state();
  state.bare = state.plain = true;
  state.maximised = "curves";
  state.curve_axis = CurveAxis::steps;
  sweep.window.frames(4);
  const std::string drawing = sweep.window.drawing();
  for (const char* name : {">lr-00<", ">lr-01<", ">lr-02<", ">step<", ">loss, nats per token<"}) {
    CAPTURE(name);
    CHECK_THAT(drawing, ContainsSubstring(name));
  }
  for (const char* not_there : {"this run", "B: ", "FLOPs<", ">smooth", ">log<", "3 runs"}) {
    CAPTURE(not_there);
    CHECK_THAT(drawing, !ContainsSubstring(not_there));
  }
  CHECK_FALSE(sweep.window.app().registry().find("curves.smooth"));
}
