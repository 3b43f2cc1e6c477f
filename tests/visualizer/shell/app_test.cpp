#include "visualizer/shell/app.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "support/catch.h"
#include "visualizer/desk.h"
#include "visualizer/state/settings.h"

using namespace tinymor;

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

TEST_CASE("the difference of the rules can be chosen where a panel draws it, and elsewhere the causal rule is shown") {
  struct Case {
    const char *page, *panel;
    bool there;
  };
  for (const Case& c : {Case{"Loop", "", false}, Case{"Overview", "", true}, Case{"Inside", "", false},
                        Case{"Compare", "", true}, Case{"Overview", "kv", false}, Case{"Loop", "grid", true}}) {
    CAPTURE(c.page, c.panel);
    Desk desk;
    desk.state().page = c.page;
    desk.state().maximised = c.panel;
    desk.state().rule = RuleView::difference;
    desk.window.frames(3);
    CHECK(desk.shows("rule.2") == c.there);
    REQUIRE(desk.window.click("rule.0"));
    for (const RuleView next : {RuleView::causal, c.there ? RuleView::difference : RuleView::training}) {
      desk.window.type("r");
      CHECK(desk.state().rule == next);
    }
  }
}

TEST_CASE("hovering a token selects it everywhere, a click pins it, another click lets go") {
  Desk desk;
  REQUIRE(desk.window.hover("strip.token.24"));
  CHECK(desk.state().hovered == TokenRef{Subject::watched, 24});
  CHECK_FALSE(desk.state().pinned);
  REQUIRE(desk.window.click("strip.token.24"));
  CHECK(desk.state().pinned == TokenRef{Subject::watched, 24});
  CHECK(desk.shows("inspector"));
  REQUIRE(desk.window.hover("top.badge"));
  CHECK(desk.state().selected() == TokenRef{Subject::watched, 24});
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

TEST_CASE("the strip is tinted by depth, by loss, or by the change of depth since the previous snapshot") {
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

TEST_CASE("whatever is zoomed says what is seen of it, and a press on that shows all again") {
  Desk desk;
  const auto says = [&](const std::string& text) {
    return desk.window.drawing().find(text + " \u00b7 show all<") != std::string::npos;
  };
  for (const char* name : {"grid.cells.all", "kv.cells.all", "curves.loss.all", "time.all"}) {
    CAPTURE(name);
    CHECK_FALSE(desk.shows(name));
  }
  desk.state().columns.from = 0.25, desk.state().columns.to = 0.5;
  desk.state().curves.zoom = {0.25, 0.5};
  desk.state().timeline.zoom = {0.5, 1};
  desk.window.frames(2);
  CHECK(says("tokens 31 to 60 of 120"));
  CHECK(says("step 100 to 200 of 400"));
  CHECK(says("steps 200 to 400 of 400"));
  REQUIRE(desk.window.click("curves.loss.all"));
  CHECK(desk.state().curves.zoom.width() == 1);
  CHECK(desk.state().playback.mode() == Playback::Mode::following);  // it was no click into the curves
  REQUIRE(desk.window.click("time.all"));
  CHECK(desk.state().timeline.zoom.width() == 1);
  desk.state().sort = ColumnSort::depth;
  desk.window.frames(2);
  CHECK(says("columns 31 to 60 of 120"));
  CHECK(desk.shows("kv.cells.all"));
  REQUIRE(desk.window.click("grid.cells.all"));
  CHECK(desk.state().columns.width() == 1);
  desk.window.frames(2);
  CHECK_FALSE(desk.shows("kv.cells.all"));
  desk.state().page = "Inside";
  apply(desk.state(), desk.source, "step 200");
  desk.state().columns.from = 0.25, desk.state().columns.to = 0.5;
  desk.window.frames(2);
  CHECK(desk.shows("lens.cells.all"));
  REQUIRE(desk.window.click("attention.large.all"));
  CHECK(desk.state().columns.width() == 1);
}

TEST_CASE("dragging over tokens marks a part of the text, and its cost is shown beside that of the whole text") {
  Desk desk;
  REQUIRE(desk.window.drag("grid.cells", 0.2f, 0.6f));
  REQUIRE(desk.state().span);
  const auto [first, last] = *desk.state().span;
  const TextView& view = desk.state().shown.causal;
  CHECK(std::abs(first - view.size() / 5) <= 1);
  CHECK(std::abs(last - view.size() * 3 / 5) <= 1);
  CHECK_FALSE(desk.state().pinned);
  CHECK(desk.shows("inspector"));
  double depth = 0;
  for (int t = first; t <= last; ++t) depth += view.depth[t] / double(last - first + 1);
  CHECK(desk.window.app().text("inspector").find(fmt::format("{:.2f} recursions per token, in", depth)) !=
        std::string::npos);
  desk.window.key(ImGuiKey_Escape);
  CHECK_FALSE(desk.state().span);
  REQUIRE(desk.window.drag("strip.token.5", 0.5f, 3));
  REQUIRE(desk.state().span);
  CHECK(desk.state().span->first == 5);
  CHECK(desk.state().span->second > 5);
  REQUIRE(desk.window.click("strip.token.2"));
  CHECK(desk.state().pinned == TokenRef{Subject::watched, 2});
  CHECK_FALSE(desk.state().span);
}

TEST_CASE("a double click on a token leads to the depth lens with the token pinned") {
  Desk desk;
  REQUIRE(desk.window.click("strip.token.5", 2));
  CHECK(desk.state().pinned == TokenRef{Subject::watched, 5});
  CHECK(desk.shows("panel.lens"));
}

TEST_CASE("the help opens and closes by its buttons") {
  Desk desk;
  REQUIRE(desk.window.click("help"));
  CHECK(desk.state().help);
  REQUIRE(desk.window.click("help.close"));
  CHECK_FALSE(desk.state().help);
}

TEST_CASE("pressing a control that does not exist reports it") {
  Desk desk;
  CHECK_FALSE(desk.window.click("no.such.control"));
  CHECK_FALSE(desk.window.click("train.pause"));  // a recording cannot be paused
}

TEST_CASE(
    "a part of a text that is looked at belongs to it: what is written goes on in view, another text is seen whole") {
  TextZoom zoom;
  const auto text = [](int tokens) {
    std::vector<int32_t> ids;
    for (int i = 0; i < tokens; ++i) ids.push_back(i);
    return ids;
  };
  zoom.from = 0.5;
  zoom.follow(text(8));  // the first: what a scene has set is of it
  CHECK(zoom.from == 0.5);
  zoom.follow(text(16));  // the newest four
  CHECK(zoom.from == Approx(0.75));
  CHECK(zoom.to == Approx(1));
  zoom.from = 0.25, zoom.to = 0.5;
  zoom.follow(text(32));  // the same four
  CHECK(zoom.from == Approx(4 / 32.0));
  CHECK(zoom.to == Approx(8 / 32.0));
  zoom.follow(text(6));  // taken back
  CHECK(zoom.from == Approx(2 / 6.0));
  CHECK(zoom.to == Approx(1));
  zoom.follow({});
  CHECK(zoom.width() == Approx(4 / 6.0));
  zoom.follow({9, 9, 9});
  CHECK(zoom.width() == 1);
}

TEST_CASE("zooming the watched text does not zoom the generated text, whose newest tokens stay in view") {
  Desk desk;
  AppState& state = desk.state();
  state.columns.from = 0.75;
  state.request.max_tokens = 20;
  state.wishes.push_back({Wish::generate});
  state.maximised = "kv";
  state.cache_subject = Subject::generated;
  desk.window.frames(2);
  REQUIRE(wait_for(desk.source, [&] { return desk.source.generation().text.size() > 20; }));
  desk.window.frames(2);
  CHECK(state.columns.from == 0.75);
  CHECK(state.written.width() == 1);
  REQUIRE(desk.window.hover("kv.cells"));
  desk.window.wheel(4);
  CHECK(state.written.width() < 0.6);
  CHECK(state.columns.from == 0.75);
  state.written.from = 0.6, state.written.to = 1;
  state.wishes.push_back({Wish::go_on});
  desk.window.frames(2);
  REQUIRE(wait_for(desk.source, [&] { return desk.source.generation().text.size() > 40; }));
  desk.window.frames(2);
  CHECK(state.written.to == Approx(1));
  CHECK(state.written.width() < 0.25);
}
