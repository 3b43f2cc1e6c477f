#include "visualizer/app.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "scripted.h"
#include "support/catch.h"
#include "visualizer/headless.h"
#include "visualizer/settings.h"

using namespace tinymor;
using Mode = Playback::Mode;

namespace {

// The sample run in a window without a screen.
struct Desk {
  explicit Desk(int width = 1280, int height = 800) : window(source, width, height) { window.frames(3); }

  AppState& state() { return window.app().state(); }
  bool shows(const std::string& name) const {
    const auto* item = const_cast<Headless&>(window).app().registry().find(name);
    return item && item->visible;
  }

  WritingSource source;
  Headless window;
};

}  // namespace

TEST_CASE("the rule switch changes the rule that all panels show") {
  Desk desk;
  CHECK(desk.state().rule == RuleView::causal);
  REQUIRE(desk.window.click("rule.0"));
  CHECK(desk.state().rule == RuleView::training);
  REQUIRE(desk.window.click("rule.2"));
  CHECK(desk.state().rule == RuleView::difference);
  REQUIRE(desk.window.click("rule.1"));
  CHECK(desk.state().rule == RuleView::causal);
}

TEST_CASE("hovering a token selects it everywhere, a click pins it, another click lets go") {
  Desk desk;
  REQUIRE(desk.window.hover("strip.token.24"));
  CHECK(desk.state().hovered == TokenRef{Subject::probe, 24});
  CHECK_FALSE(desk.state().pinned);
  REQUIRE(desk.window.click("strip.token.24"));
  CHECK(desk.state().pinned == TokenRef{Subject::probe, 24});
  CHECK(desk.shows("inspector"));
  REQUIRE(desk.window.hover("top.badge"));
  CHECK(desk.state().selected() == TokenRef{Subject::probe, 24});
  REQUIRE(desk.window.click("strip.token.24"));
  CHECK_FALSE(desk.state().pinned);
}

TEST_CASE("the grid and the cache select the position under the mouse") {
  Desk desk;
  for (const char* name : {"grid.cells", "kv.cells"}) {
    REQUIRE(desk.window.click(name));
    REQUIRE(desk.state().pinned);
    CHECK(desk.state().pinned->token == Approx(60).margin(1));
    desk.state().pinned.reset();
  }
}

TEST_CASE("the time line's buttons walk through the snapshots and leave Following") {
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
  CHECK(playback.speed() == 2);
}

TEST_CASE("dragging along the time line scrubs to the nearest snapshot") {
  Desk desk;
  REQUIRE(desk.window.drag("time.track", 0.9f, 0.5f));
  CHECK(desk.state().shown.step == 200);
  REQUIRE(desk.window.drag("time.track", 0.5f, 0.26f));
  CHECK(desk.state().shown.step == 100);
}

TEST_CASE("a click into the loss curve goes to that step") {
  Desk desk;
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

TEST_CASE("every control can be seen: nothing is drawn over it") {
  Desk desk;
  std::set<std::string> seen;
  for (const char* page : {"Overview", "Generate", "Inside", "Data"}) {
    desk.state().page = page;
    desk.window.frames(3);
    const Picture picture = desk.window.picture();
    for (const auto& [name, item] : desk.window.app().registry().items()) {
      if (!item.visible || name.starts_with("panel.") || name.starts_with("sharing.set")) continue;
      std::set<uint32_t> colors;
      for (int y = int(item.box.min.y); y < int(item.box.max.y); ++y)
        for (int x = int(item.box.min.x); x < int(item.box.max.x); ++x) {
          const uint8_t* pixel = &picture.rgba[(size_t(y) * picture.width + x) * 4];
          colors.insert(uint32_t(pixel[0]) << 16 | uint32_t(pixel[1]) << 8 | pixel[2]);
        }
      CAPTURE(name);
      CHECK(colors.size() > 1);
      seen.insert(name);
    }
  }
  for (const char* name :
       {"curves.log", "grid.paper", "strip.shift", "kv.subject.1", "attention.layer.0", "gen.play", "tokens.view.1"})
    CHECK(seen.contains(name));
}

TEST_CASE("curves over tokens, FLOPs and time go to the same steps") {
  Desk desk;
  for (const char* axis : {"curves.axis.1", "curves.axis.2", "curves.axis.3"}) {
    REQUIRE(desk.window.click(axis));
    desk.state().playback.follow();
    desk.window.frames(2);
    REQUIRE(desk.window.click("curves.loss.area"));
    CHECK(desk.state().shown.step == 200);
  }
  CHECK_THAT(desk.window.app().text("curves"), ContainsSubstring("by seconds"));
}

TEST_CASE("the switches of the panels do what they say") {
  Desk desk;
  REQUIRE(desk.window.click("curves.log"));
  CHECK(desk.state().log_loss);
  REQUIRE(desk.window.click("curves.smooth"));
  CHECK_FALSE(desk.state().smooth_loss);
  REQUIRE(desk.window.click("grid.paper"));
  CHECK(desk.state().paper_colors);
  REQUIRE(desk.window.click("strip.shift"));
  CHECK(desk.state().shift_depth);
  REQUIRE(desk.window.click("kv.subject.1"));
  CHECK(desk.state().cache_subject == Subject::generated);
}

TEST_CASE("the strip is tinted by depth, by loss, or by the change of depth since the snapshot before") {
  Desk desk;
  REQUIRE(desk.window.click("strip.tint"));
  CHECK(desk.state().tint == Tint::loss);
  CHECK_THAT(desk.window.app().text("strip"), ContainsSubstring("loss of predicting the token after"));
  const std::string by_loss = desk.window.drawing();
  REQUIRE(desk.window.click("strip.tint"));
  CHECK_THAT(desk.window.app().text("strip"), ContainsSubstring("change of depth"));
  CHECK(desk.window.drawing() != by_loss);
  REQUIRE(desk.window.click("strip.tint"));
  CHECK(desk.state().tint == Tint::depth);
}

TEST_CASE("the grid's columns sort by depth and by loss, and the mouse finds their tokens") {
  Desk desk;
  const TextView& view = desk.state().shown.causal;
  REQUIRE(desk.window.click("grid.sort"));
  REQUIRE(desk.window.drag("grid.cells", 0.005f, 0.005f));
  REQUIRE(desk.state().pinned);
  CHECK(view.depth[desk.state().pinned->token] == *std::max_element(view.depth.begin(), view.depth.end()));
  REQUIRE(desk.window.click("grid.sort"));
  REQUIRE(desk.window.drag("grid.cells", 0.005f, 0.005f));
  for (float loss : view.nll) CHECK_FALSE(loss > view.nll[desk.state().pinned->token]);
  REQUIRE(desk.window.click("grid.sort"));
  CHECK(desk.state().sort == ColumnSort::position);
}

TEST_CASE(
    "dragging over the curves with the right button shows that part of them, and a click with it changes nothing") {
  Desk desk;
  REQUIRE(desk.window.drag("curves.loss.area", 0.5f, 0.75f, ImGuiMouseButton_Right));
  REQUIRE(desk.window.drag("curves.loss.area", 0.5f, 0.5f, ImGuiMouseButton_Right));
  REQUIRE(desk.window.drag("curves.loss.area", 0, 0));
  CHECK(desk.state().shown.step == 200);
  REQUIRE(desk.window.drag("curves.loss.area", 1, 1));
  CHECK(desk.state().shown.step == Approx(300).margin(26));
}

TEST_CASE("the wheel zooms the columns of grid, cache and lens alike, and a double click shows all of them again") {
  Desk desk;
  REQUIRE(desk.window.hover("grid.cells"));
  desk.window.wheel(4);
  const Zoom seen = desk.state().columns;
  CHECK(seen.width() == Approx(0.41).margin(0.01));
  const int tokens = desk.state().shown.causal.size();
  REQUIRE(desk.window.drag("kv.cells", 0.01f, 0.01f));
  REQUIRE(desk.state().pinned);
  CHECK(std::abs(desk.state().pinned->token - seen.from * tokens) < 2);
  REQUIRE(desk.window.drag("grid.cells", 0.99f, 0.99f));
  CHECK(std::abs(desk.state().pinned->token - seen.to * tokens) < 2);
  REQUIRE(desk.window.click("grid.cells", 2));
  CHECK(desk.state().columns.width() == 1);
}

TEST_CASE("a gap between panels can be dragged, is a setting, and a double click puts it back") {
  Desk desk;
  const auto width = [&] { return desk.window.app().registry().find("panel.strip")->box.width(); };
  const float before = width();
  REQUIRE(desk.window.drag("split.0", 0.5f, 20));
  desk.window.frames(2);
  const float moved = width() - before;
  CHECK(moved > 50);
  const std::string kept = setting(desk.state(), desk.source, "splits");
  CHECK(kept.starts_with("Overview/3=0."));
  REQUIRE(desk.window.click("split.0", 2));
  desk.window.frames(2);
  CHECK(width() == before);
  apply(desk.state(), desk.source, "splits " + kept);
  desk.window.frames(2);
  CHECK(width() == Approx(before + moved).margin(2));
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

TEST_CASE("keys go no further than there are maps of attention") {
  Desk desk;
  desk.state().page = "Inside";
  apply(desk.state(), desk.source, "step 200");
  desk.window.frames(2);
  for (int i = 0; i < 20; ++i) desk.window.type("]");
  desk.window.type("9");
  desk.window.frames(2);
  const int heads = desk.state().attention_head, rows = desk.state().attention_row;
  CHECK(heads < 8);
  CHECK(rows < 3);
  desk.window.type("[");
  CHECK(desk.state().attention_head == heads - 1);
}

TEST_CASE("parts of pictures that can be pressed are reached and pressed by the keyboard, too") {
  Desk desk;
  const ui::Registry& registry = desk.window.app().registry();
  const auto press = [&](const std::string& name) {
    for (int i = 0; i < 300 && registry.focus() != name; ++i) desk.window.key(ImGuiKey_DownArrow);
    REQUIRE(registry.focus() == name);
    desk.window.key(ImGuiKey_Enter);
    desk.window.frames(2);
  };
  const auto drawn = [&] { return desk.window.picture().rgba; };
  const auto before = drawn();
  press("curves.loss.train");
  CHECK(drawn() != before);
  desk.state().page = "Inside";
  apply(desk.state(), desk.source, "step 200");
  desk.window.frames(2);
  press("attention.map.1.2");
  CHECK(desk.state().attention_row == 1);
  CHECK(desk.state().attention_head == 2);
}

TEST_CASE("Y asks a live run for one step, with Shift for ten") {
  struct Steered : RecordingSource {
    Steered() : RecordingSource("sample", sample_recording()) {}
    bool steerable() const override { return true; }
    void train_step() override { ++steps; }
    int steps = 0;
  } source;
  Headless window(source, 1280, 800);
  window.frames(2);
  window.type("y");
  CHECK(source.steps == 1);
  window.type("Y");
  CHECK(source.steps == 11);
}

TEST_CASE("a gap that the keyboard is at moves with Left and Right, and Enter puts it back") {
  Desk desk;
  const ui::Registry& registry = desk.window.app().registry();
  const auto width = [&] { return registry.find("panel.strip")->box.width(); };
  const float before = width();
  for (int i = 0; i < 200 && registry.focus() != "split.0"; ++i) desk.window.key(ImGuiKey_DownArrow);
  REQUIRE(registry.focus() == "split.0");
  const int snapshot = desk.state().playback.index();
  for (int i = 0; i < 3; ++i) desk.window.key(ImGuiKey_RightArrow);
  desk.window.frames(1);
  CHECK(width() - before == Approx(0.06 * 1280).margin(4));
  desk.window.key(ImGuiKey_LeftArrow);
  desk.window.frames(1);
  CHECK(width() - before == Approx(0.04 * 1280).margin(4));
  CHECK(desk.state().playback.index() == snapshot);
  desk.window.key(ImGuiKey_Enter);
  desk.window.frames(2);
  CHECK(width() == before);
}

TEST_CASE("dragging over tokens marks a part of the text, whose cost stands below beside that of the whole") {
  Desk desk;
  REQUIRE(desk.window.drag("grid.cells", 0.2f, 0.6f));
  REQUIRE(desk.state().span);
  const auto [first, last] = *desk.state().span;
  const TextView& view = desk.state().shown.causal;
  CHECK(std::abs(first - view.size() / 5) <= 1);
  CHECK(std::abs(last - view.size() * 3 / 5) <= 1);
  CHECK_FALSE(desk.state().pinned);
  CHECK(desk.shows("span"));
  double depth = 0;
  for (int t = first; t <= last; ++t) depth += view.depth[t] / double(last - first + 1);
  CHECK(desk.window.app().text("strip").find(fmt::format("{:.2f} recursions per token, in", depth)) !=
        std::string::npos);
  desk.window.key(ImGuiKey_Escape);
  CHECK_FALSE(desk.state().span);
  REQUIRE(desk.window.drag("strip.token.5", 0.5f, 3));
  REQUIRE(desk.state().span);
  CHECK(desk.state().span->first == 5);
  CHECK(desk.state().span->second > 5);
  REQUIRE(desk.window.click("strip.token.2"));
  CHECK(desk.state().pinned == TokenRef{Subject::probe, 2});
  CHECK_FALSE(desk.state().span);
}

TEST_CASE("a double click on a token leads to the depth lens with the token pinned") {
  Desk desk;
  REQUIRE(desk.window.click("strip.token.5", 2));
  CHECK(desk.state().pinned == TokenRef{Subject::probe, 5});
  CHECK(desk.shows("panel.lens"));
}

TEST_CASE("Generate writes a text with depths, the cache follows it, and Stop ends it") {
  Desk desk;
  REQUIRE(desk.window.click("page.1"));
  desk.state().request.max_tokens = 20;
  REQUIRE(desk.window.click("gen.play"));
  REQUIRE(wait_for(desk.source, [&] { return !desk.source.generation().running; }));
  desk.window.frames(3);
  CHECK(desk.state().shown.generated.size() == 21);
  CHECK(desk.state().cache_subject == Subject::generated);
  CHECK(desk.window.app().text("kv").find("generated text") != std::string::npos);
  CHECK(desk.window.app().text("generate").find(" tok20[3]") != std::string::npos);
  desk.state().request.max_tokens = 1000000;
  REQUIRE(desk.window.click("gen.play"));
  desk.source.poll();
  desk.window.frames(2);
  REQUIRE(desk.source.generation().running);
  REQUIRE(desk.window.click("gen.play"));
  desk.source.poll();
  CHECK_FALSE(desk.source.generation().running);
}

TEST_CASE("a text can be written step by step, taken back, branched from any token, and another token chosen") {
  Desk desk;
  const auto text = [&] {
    wait_for(desk.source, [&] { return !desk.source.generation().running; });
    desk.window.frames(2);
    return desk.state().shown.generated.size();
  };
  REQUIRE(desk.window.click("page.1"));
  REQUIRE(desk.window.click("gen.step"));
  CHECK(text() == 1);  // the prompt
  REQUIRE(desk.window.click("gen.step"));
  CHECK(text() == 2);
  REQUIRE(desk.window.click("candidates.1"));
  CHECK(text() == 3);
  CHECK(desk.source.generation().text.back().id == 3);  // the second likeliest
  REQUIRE(desk.window.click("gen.undo"));
  CHECK(text() == 2);
  desk.state().request.max_tokens = 10;
  REQUIRE(desk.window.click("gen.go_on"));
  CHECK(text() == 12);
  desk.state().pinned = TokenRef{Subject::generated, 4};
  desk.window.frames(2);
  REQUIRE(desk.window.click("gen.branch"));
  CHECK(text() == 5);
  CHECK(desk.source.generation().text[4].id == 4);
}

TEST_CASE("the candidates follow temperature, top-k and top-p with nothing run again") {
  Desk desk;
  REQUIRE(desk.window.click("page.1"));
  REQUIRE(desk.window.click("gen.step"));
  REQUIRE(wait_for(desk.source, [&] { return !desk.source.generation().running; }));
  const auto line = [&] { return desk.window.app().text("generate"); };
  desk.state().request.temperature = 1;
  CHECK_THAT(line(), ContainsSubstring("next of 5: \"e\" 63.6 % \"d\" 23.4 %"));
  desk.state().request.top_k = 2;
  CHECK_THAT(line(), ContainsSubstring("next of 2: \"e\" 73.1 % \"d\" 26.9 %;"));
  desk.state().request.top_p = 0.7f;
  CHECK_THAT(line(), ContainsSubstring("next of 1: \"e\" 100.0 %; the draw takes \"e\""));
}

TEST_CASE("typing into the prompt edits it and presses no shortcut") {
  Desk desk;
  REQUIRE(desk.window.click("page.1"));
  REQUIRE(desk.window.click("gen.prompt"));
  const std::string before = desk.state().request.prompt;
  desk.window.type("hfr");
  CHECK(desk.state().request.prompt.size() == before.size() + 3);
  CHECK_FALSE(desk.state().help);
  CHECK(desk.state().maximised.empty());
  CHECK(desk.state().rule == RuleView::causal);
}

TEST_CASE("the sliders of Generate change the request") {
  Desk desk;
  REQUIRE(desk.window.click("page.1"));
  REQUIRE(desk.window.drag("gen.temperature", 0.5f, 0.02f));
  CHECK(desk.state().request.temperature < 0.2f);
  REQUIRE(desk.window.drag("gen.max_depth", 0.1f, 0.98f));
  CHECK(desk.state().request.max_depth == 3);
  REQUIRE(desk.window.drag("gen.top_k", 0.5f, 0.98f));
  CHECK(desk.state().request.top_k > 90);
}

TEST_CASE("where tabs find no room, arrows and a list lead to every page") {
  Desk desk(1024, 640);
  desk.state().zoom = 3;
  desk.window.frames(3);
  REQUIRE(desk.window.click("page.next"));
  CHECK(desk.shows("panel.grid"));
  REQUIRE(desk.window.click("page.previous"));
  CHECK(desk.shows("panel.strip"));
  REQUIRE(desk.window.click("page.menu"));
  REQUIRE(desk.window.click("page.6"));
  CHECK(desk.shows("panel.attention"));
}

TEST_CASE("zoom buttons and keys change the size of everything between 50 and 300 percent") {
  Desk desk;
  REQUIRE(desk.window.click("zoom.in"));
  CHECK(desk.state().zoom == Approx(1.1f));
  REQUIRE(desk.window.click("zoom.out"));
  CHECK(desk.state().zoom == Approx(1.0f));
  for (int i = 0; i < 20; ++i) desk.window.app().zoom_key('+');
  desk.window.frames(3);
  CHECK(desk.state().zoom == 3);
  CHECK(ui::em() == Approx(39));
  for (int i = 0; i < 20; ++i) desk.window.app().zoom_key('-');
  CHECK(desk.state().zoom == 0.5f);
  desk.window.app().zoom_key('0');
  CHECK(desk.state().zoom == 1);
}

TEST_CASE("every key of the help does what the help says") {
  Desk desk;
  Playback& playback = desk.state().playback;
  desk.window.key(ImGuiKey_Home);
  CHECK(playback.index() == 0);
  desk.window.key(ImGuiKey_RightArrow);
  CHECK(playback.index() == 1);
  desk.window.key(ImGuiKey_RightArrow, true);
  CHECK(playback.index() == 11);
  desk.window.key(ImGuiKey_LeftArrow);
  CHECK(playback.index() == 10);
  desk.window.key(ImGuiKey_End);
  CHECK(playback.mode() == Mode::following);
  desk.window.key(ImGuiKey_Space);
  CHECK(playback.mode() == Mode::playing);
  desk.window.key(ImGuiKey_Space);
  CHECK(playback.mode() == Mode::paused);
  desk.window.key(ImGuiKey_PageDown);
  CHECK(desk.shows("panel.generate"));
  desk.window.key(ImGuiKey_PageUp);
  CHECK(desk.shows("panel.grid"));
  desk.window.type(".");
  CHECK(desk.state().pinned == TokenRef{Subject::probe, 0});
  desk.window.type("..");
  CHECK(desk.state().pinned->token == 2);
  desk.window.type(",");
  CHECK(desk.state().pinned->token == 1);
  desk.window.type("r");
  CHECK(desk.state().rule == RuleView::difference);
  desk.window.type("p");
  CHECK_FALSE(desk.state().pinned);
  desk.window.type(".3]]");
  CHECK(desk.state().attention_row == 2);
  CHECK(desk.state().attention_head == 2);
  desk.window.type("[");
  CHECK(desk.state().attention_head == 1);
  desk.window.type("c");
  CHECK(desk.shows("panel.compare"));
  desk.window.type("H");
  CHECK(desk.state().help);
  CHECK(desk.shows("help.window"));
  desk.window.key(ImGuiKey_Escape);
  CHECK_FALSE(desk.state().help);
  desk.window.key(ImGuiKey_Escape);
  CHECK_FALSE(desk.state().pinned);
}

TEST_CASE("every control that can be pressed is reached and pressed by the keyboard, and fields are typed into") {
  Desk desk;
  const auto go_to = [&](const std::string& name) {
    for (int i = 0; i < 100 && desk.window.app().registry().focus() != name; ++i) desk.window.key(ImGuiKey_DownArrow);
    return desk.window.app().registry().focus() == name;
  };
  REQUIRE(go_to("kv.strategy.2"));
  desk.window.key(ImGuiKey_Enter);
  CHECK(desk.state().cache_strategy == 2);
  desk.window.key(ImGuiKey_UpArrow);
  CHECK(desk.window.app().registry().focus() == "kv.strategy.1");
  REQUIRE(go_to("page.1"));
  desk.window.key(ImGuiKey_Enter);
  desk.window.frames(3);
  REQUIRE(desk.shows("gen.temperature"));
  REQUIRE(go_to("gen.temperature"));
  desk.window.key(ImGuiKey_Enter);
  desk.window.frames(3);
  desk.window.type("1.25");
  desk.window.key(ImGuiKey_Enter);
  CHECK(desk.state().request.temperature == 1.25f);
}

TEST_CASE("F fills the window with the panel under the mouse, and F or Esc brings the others back") {
  Desk desk;
  REQUIRE(desk.window.hover("grid.cells"));
  desk.window.type("f");
  desk.window.frames(2);
  CHECK(desk.state().maximised == "grid");
  CHECK_FALSE(desk.shows("panel.strip"));
  CHECK(desk.shows("panel.grid"));
  desk.window.key(ImGuiKey_Escape);
  CHECK(desk.state().maximised.empty());
  CHECK(desk.shows("panel.strip"));
}

TEST_CASE("the help opens and closes by its buttons") {
  Desk desk;
  REQUIRE(desk.window.click("help"));
  CHECK(desk.state().help);
  REQUIRE(desk.window.click("help.close"));
  CHECK_FALSE(desk.state().help);
}

TEST_CASE("pressing a control that is not there says so") {
  Desk desk;
  CHECK_FALSE(desk.window.click("no.such.control"));
  CHECK_FALSE(desk.window.click("train.pause"));  // a recording cannot be paused
}

TEST_CASE("at every size and zoom each page can be reached and shows its panels inside the window") {
  for (const auto& [width, height] : {std::pair(1024, 640), std::pair(1920, 1080)}) {
    for (float zoom : {0.5f, 1.0f, 2.0f, 3.0f}) {
      Desk desk(width, height);
      desk.state().zoom = zoom;
      desk.window.frames(3);
      const auto all =
          pages(arrangement({float(width), float(height)}, ui::em()), {{0, 0}, {100, 100}}, ui::em(), false);
      for (size_t page = 0; page < all.size(); ++page) {
        CAPTURE(width, zoom, all[page].name);
        if (desk.shows("page.menu")) REQUIRE(desk.window.click("page.menu"));
        if (all.size() > 1) REQUIRE(desk.window.click("page." + std::to_string(page)));
        for (const Tile& tile : all[page].tiles) {
          const auto* item = desk.window.app().registry().find("panel." + tile.panel);
          REQUIRE(item);
          CHECK(item->box.min.y >= 0);
          CHECK(item->box.max.x <= float(width));
          CHECK(item->box.max.y <= float(height));
        }
      }
    }
  }
}
