// The page "Loop" in the window: its keys, its three controls and the inspector beside it.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "support/catch.h"
#include "visualizer/desk.h"
#include "visualizer/draw/text_flow.h"
#include "visualizer/panels/loop_told.h"

using namespace tinymor;

namespace {

struct LoopDesk : Desk {
  LoopDesk() {
    state().page = "Loop";
    window.frames(2);
  }
};

}  // namespace

TEST_CASE("the loop is the first page, and Space, Backspace and P go through its story") {
  WritingSource source;
  Headless window(source, 1280, 800);
  window.frames(3);
  AppState& state = window.app().state();
  CHECK(state.page == "Loop");
  CHECK(state.story.event == 0);
  window.key(ImGuiKey_Space);
  window.key(ImGuiKey_Space);
  CHECK(state.story.event == 2);
  window.key(ImGuiKey_Backspace);
  CHECK(state.story.event == 1);
  window.key(ImGuiKey_Backspace);
  window.key(ImGuiKey_Backspace);
  CHECK(state.story.event == 0);
  window.type("p");
  CHECK(state.story.playing);
  CHECK(window.app().animating());
  window.frames(200, 0.1);
  CHECK(state.story.event == state.story.last());
  CHECK_FALSE(state.story.playing);
  CHECK_FALSE(window.app().animating());
  window.key(ImGuiKey_Space);
  CHECK(state.story.event == state.story.last());
}

TEST_CASE("the picture of an event is the same however it was reached") {
  LoopDesk played, set;
  for (int i = 0; i < 4; ++i) played.window.key(ImGuiKey_Space);
  played.window.frames(10, 0.1);
  set.state().story.event = 4;
  set.window.frames(10, 0.1);
  CHECK(played.window.picture().rgba == set.window.picture().rgba);
  set.state().story.event = 5;
  set.window.frames(1);
  CHECK(played.window.picture().rgba != set.window.picture().rgba);
}

TEST_CASE("before the story begins all its tokens wait left of the machine, and then all are inside") {
  LoopDesk desk;
  const Told told = told_of(desk.source, desk.state());
  LoopPicture picture = picture_of(told, desk.state(), {});
  picture.moved = 1;
  const Box area{{0, 0}, {800, 400}};
  for (const int event : {0, 1}) {
    picture.event = event;
    const MachineLayout layout = layout_of(picture, area);
    CHECK((event == 0 ? layout.queue.max.x < layout.boxes[0].min.x : layout.boxes[0].min.x == area.min.x));
    const Box& room = event == 0 ? layout.queue : layout.boxes[0];
    const std::vector<Box> places = places_of(picture, layout);
    REQUIRE(places.size() > 8);
    for (const Box& place : places) {
      CHECK(place.width() > 0);
      CHECK((room.contains(place.min) && room.contains(place.max)));
    }
  }
}

TEST_CASE("each word in the machine is whole; in a small window with large letters a narrow box has marks instead") {
  for (const auto& [width, height, zoom] : {std::tuple(1280, 800, 1.0f), std::tuple(1024, 768, 1.5f)}) {
    Desk desk(width, height);
    desk.state().page = "Loop";
    desk.state().zoom = zoom;
    desk.window.frames(2);
    const Told told = told_of(desk.source, desk.state());
    for (int event = 0; event < told.story.events(); ++event) {
      CAPTURE(width, event);
      desk.state().story.go(event);
      desk.window.frames(10, 0.1);
      const std::string drawing = desk.window.drawing();
      for (int t = told.story.from(); t < told.story.to(); ++t) {
        const std::string word = ">" + inside_box(told.text.pieces[size_t(t)]) + "</text>";
        size_t times = 0;
        for (size_t at = drawing.find(word); at != drawing.npos; at = drawing.find(word, at + 1)) ++times;
        const LoopEvent& now = told.story.event(event);
        const bool narrow = zoom > 1 && now.kind == LoopEvent::run && now.box != told.story.machine().block;
        const bool in_machine = told.story.standing(told.text, t, event).place != Place::done && !narrow;
        CAPTURE(word);
        CHECK(times >= (in_machine ? 2u : 1u));  // in the sentence and in its chip
      }
    }
  }
}

TEST_CASE("the buttons below the story step, play and scrub") {
  LoopDesk desk;
  REQUIRE(desk.window.click("loop.next"));
  CHECK(desk.state().story.event == 1);
  REQUIRE(desk.window.click("loop.back"));
  CHECK(desk.state().story.event == 0);
  REQUIRE(desk.window.drag("loop.event", 0.02f, 0.98f));
  CHECK(desk.state().story.event == desk.state().story.last());
  REQUIRE(desk.window.click("loop.play"));
  CHECK(desk.state().story.playing);
  CHECK(desk.state().story.event < 2);
}

TEST_CASE("the bar, a word's depth and the step of the training can be changed beside the story") {
  LoopDesk desk;
  REQUIRE(desk.window.drag("loop.bar", 0.5f, 0.9f));
  CHECK(desk.state().what_if.cut_off > 0.7f);
  desk.state().what_if = {};
  REQUIRE(desk.window.click("loop.depth.1"));
  CHECK(desk.state().what_if.depth == 1);
  REQUIRE(desk.state().pinned);  // a word of the sentence that is told
  REQUIRE(desk.window.drag("loop.rewind", 0.95f, 0.02f));
  CHECK(desk.state().shown.step == 1);
  REQUIRE(desk.window.click("loop.instruments"));
  CHECK(desk.state().page == "Overview");
}

TEST_CASE("the loop says from the run's numbers whether the last pass helps, and nothing where there are none") {
  struct Case {
    float before;  ///< By how many nats the loss with at most 2 passes is higher.
    RuleView rule;
    const char* says;
  };
  for (const Case& c : {Case{0.004f, RuleView::causal, "Here the last pass hardly helps: loss "},
                        Case{0.5f, RuleView::causal, "Here the last pass helps: loss "},
                        Case{-0.5f, RuleView::difference, "Here the last pass does harm: loss "},
                        Case{0.5f, RuleView::training, nullptr}, Case{NAN, RuleView::causal, nullptr}}) {
    CAPTURE(c.before, int(c.rule));
    Recording recording = sample_recording({});
    for (Snapshot& snapshot : recording.snapshots) {
      if (std::isnan(c.before)) snapshot.threshold.exits.clear();
      for (Prediction& exit : snapshot.threshold.exits)
        for (size_t t = 0; t < exit.nll.size(); ++t) exit.nll[t] = snapshot.threshold.nll[t] + c.before;
    }
    const Trace& last = recording.snapshots.back().threshold;
    const double loss = std::accumulate(last.nll.begin(), last.nll.end(), 0.0) / double(last.nll.size());
    WritingSource source(recording);
    Headless window(source, 1280, 800);
    window.app().state().rule = c.rule;
    window.frames(3);
    const std::string text = window.app().text("loop");
    if (!c.says) {
      CHECK_THAT(text, !ContainsSubstring("the last pass"));
      continue;
    }
    CHECK_THAT(text,
               ContainsSubstring(fmt::format("{}{:.3f} nats on the whole text with at most 2 passes, {:.3f} as routed.",
                                             c.says, loss + c.before, loss)));
    CHECK_THAT(window.drawing(), !ContainsSubstring("the last pass"));
    window.app().state().story.event = window.app().state().story.last();
    window.frames(10, 0.1);
    CHECK_THAT(window.drawing(), ContainsSubstring(c.says));
  }
}

TEST_CASE("the inspector has its place on every page of tokens, and shows what the mouse is at, else the pinned one") {
  Desk desk;
  const auto text = [&] { return desk.window.app().text("inspector"); };
  for (const char* page : {"Loop", "Overview", "Generate", "Inside", "Data"}) {
    desk.state().page = page;
    desk.window.frames(2);
    CAPTURE(page);
    CHECK(desk.shows("panel.inspector"));
  }
  desk.state().page = "Overview";
  desk.window.frames(2);
  const Box place = desk.window.app().registry().find("panel.inspector")->box;
  REQUIRE(desk.window.click("strip.token.24"));
  CHECK_THAT(text(), ContainsSubstring("token 25 "));
  REQUIRE(desk.window.hover("strip.token.5"));
  CHECK_THAT(text(), ContainsSubstring("token 6 "));
  REQUIRE(desk.window.hover("top.badge"));
  CHECK_THAT(text(), ContainsSubstring("token 25 "));
  const Box now = desk.window.app().registry().find("panel.inspector")->box;
  CHECK((now.min.x == place.min.x && now.max.y == place.max.y));
  REQUIRE(desk.window.click("inspector.let_go"));
  CHECK_FALSE(desk.state().pinned);
  desk.window.app().state().maximised = "grid";
  desk.window.frames(2);
  CHECK(desk.shows("inspector"));  // one line of it
}

TEST_CASE("the inspector's formulas are the numbers of the trace") {
  Desk desk;
  desk.state().pinned = TokenRef{Subject::watched, 24};
  for (const RuleView rule : {RuleView::training, RuleView::causal}) {
    desk.state().rule = rule;
    desk.window.frames(1);
    const std::string text = desk.window.app().text("inspector");
    const Snapshot& s = desk.source.history().snapshots.back();
    const Trace& trace = rule == RuleView::training ? s.topk : s.threshold;
    for (size_t r = 1; r < trace.recursions.size(); ++r) {
      const RecursionTrace& each = trace.recursions[r];
      const auto at = std::find(each.positions.begin(), each.positions.end(), 24) - each.positions.begin();
      if (size_t(at) == each.positions.size()) {
        CHECK_THAT(text, ContainsSubstring(fmt::format("pass {}: it has left before", r + 1)));
        continue;
      }
      const double z = each.logits[size_t(at)];
      CHECK_THAT(text, ContainsSubstring(fmt::format("({:.2f}) = {:.2f}", z, router_score(z))));
    }
  }
}

TEST_CASE("Left and Right move the slider that the keyboard is at, and not the time line") {
  LoopDesk desk;
  const int64_t step = desk.state().shown.step;
  const ui::Registry& registry = desk.window.app().registry();
  for (int i = 0; i < 100 && registry.focus() != "loop.bar"; ++i) desk.window.key(ImGuiKey_DownArrow);
  REQUIRE(registry.focus() == "loop.bar");
  desk.window.key(ImGuiKey_RightArrow);
  CHECK(desk.state().what_if.cut_off > 0.5f);
  CHECK(desk.state().what_if.cut_off < 0.6f);
  desk.window.key(ImGuiKey_LeftArrow);
  CHECK(desk.state().what_if.cut_off == Approx(0.5f));
  CHECK(desk.state().shown.step == step);
}

TEST_CASE("from a run on images to another run in one press") {
  RecordingSource images("images", sample_images());
  Headless window(images, 1280, 800, ui::FontSource::builtin,
                  {[](const std::string&) { return alone(std::make_unique<WritingSource>()); }, {}});
  window.app().state().open.presets = {{"Story", "story"}};
  window.frames(3);
  REQUIRE(window.click("loop.preset.0"));
  CHECK(window.picture().width == 1280);
  CHECK_FALSE(window.app().source().history().of_images());
}
