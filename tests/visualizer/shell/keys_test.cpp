#include "visualizer/shell/keys.h"
#include "visualizer/lessons/lesson_file.h"

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "visualizer/desk.h"
#include "visualizer/runs/trainer_run.h"
#include "visualizer/state/settings.h"

using namespace tinymor;
using Mode = Playback::Mode;

TEST_CASE("keys choose no attention map that does not exist") {
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

TEST_CASE("D and the button beside the zoom change between dark and light ground") {
  Desk desk;
  const auto brightness = [&] { return int(desk.window.picture().rgba[0]); };
  const int dark = brightness();
  desk.window.type("d");
  desk.window.frames(2);
  CHECK(desk.state().theme == Theme::light);
  CHECK(brightness() > dark + 128);
  REQUIRE(desk.window.click("theme"));
  CHECK(desk.state().theme == Theme::dark);
  CHECK(brightness() == dark);
  apply(desk.state(), desk.source, "theme light");
  desk.window.frames(2);
  CHECK(brightness() > dark + 128);
  Desk other;  // another window has a theme of its own
  CHECK(other.window.picture().rgba[0] == dark);
  CHECK(brightness() > dark + 128);
}

TEST_CASE("the keyboard also reaches and presses parts of pictures") {
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

TEST_CASE("after a single step of a paused run all panels show that step, wherever they were before") {
  const TemporaryFolder folder;
  Config config = Config::defaults();
  config.model.d_model = config.model.d_ff = 16;
  config.model.max_seq_len = 16;
  config.data.tokenizer = TokenizerKind::byte;
  config.train.batch_size = 1;
  config.train.steps = 1000000;
  config.train.record_every = 1000000;
  LiveSource source("live", trainer_run(config, folder.path() / "run"), [] {});
  Headless window(source, 1280, 800);
  REQUIRE(wait_for(source, [&] { return source.history().steps.size() > 2; }));
  window.frames(2);
  window.type("t");
  REQUIRE(wait_for(source, [&] { return source.status() == RunStatus::paused; }));
  source.poll();
  window.key(ImGuiKey_Home);
  const AppState& state = window.app().state();
  for (int64_t step = source.history().last_step() + 1, last = step + 1; step <= last; ++step) {
    CAPTURE(step);
    window.type("y");
    const std::vector<Snapshot>& snapshots = source.history().snapshots;
    CHECK(wait_for(source, [&] { return !snapshots.empty() && snapshots.back().step == step; }));
    window.frames(2);
    CHECK(state.shown.step == step);
    CHECK_THAT(window.app().text("grid"), ContainsSubstring(fmt::format("step {}", step)));
    CHECK_THAT(window.app().text("curves"), ContainsSubstring(fmt::format("step {}: loss", step)));
    CHECK(is_paused(source.status()));
    CHECK(source.history().last_step() == step);
    window.key(ImGuiKey_Home);
  }
}

TEST_CASE("Left and Right move the gap that the keyboard is at, and Enter puts it back") {
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

TEST_CASE("typing into the prompt edits it and presses no shortcut") {
  Desk desk;
  REQUIRE(desk.window.click("page.2"));
  REQUIRE(desk.window.click("gen.prompt"));
  const std::string before = desk.state().request.prompt;
  desk.window.type("hfr");
  CHECK(desk.state().request.prompt.size() == before.size() + 3);
  CHECK_FALSE(desk.state().help);
  CHECK(desk.state().maximised.empty());
  CHECK(desk.state().rule == RuleView::causal);
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
  CHECK(desk.state().pinned == TokenRef{Subject::watched, 0});
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

TEST_CASE("the keyboard reaches and presses every control, and types into every field") {
  Desk desk;
  const auto go_to = [&](const std::string& name) {
    for (int i = 0; i < 100 && desk.window.app().registry().focus() != name; ++i) desk.window.key(ImGuiKey_DownArrow);
    return desk.window.app().registry().focus() == name;
  };
  REQUIRE(go_to("kv.subject.1"));
  desk.window.key(ImGuiKey_Enter);
  CHECK(desk.state().cache_subject == Subject::generated);
  desk.window.key(ImGuiKey_UpArrow);
  CHECK(desk.window.app().registry().focus() == "kv.subject.0");
  REQUIRE(go_to("page.2"));
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

TEST_CASE("keys zoom at what is shown, mark a part of the text, a loop and B") {
  Desk desk;
  AppState& state = desk.state();
  apply(state, desk.source, "step 200");
  apply(state, desk.source, "pin probe 30");
  desk.window.frames(2);
  desk.window.type("+++");
  CHECK(state.curves.zoom.width() < 0.7);
  CHECK(state.curves.zoom.from < 0.5);
  CHECK(state.curves.zoom.to > 0.5);
  CHECK(state.timeline.zoom.width() < 0.7);
  CHECK(state.columns.from < 30.0 / 120);
  CHECK(state.columns.to > 31.0 / 120);
  desk.window.type("-----");
  CHECK(state.columns.width() == 1);
  desk.window.type("++0");
  CHECK(state.curves.zoom.width() == 1);
  desk.window.type(">>>");
  CHECK(state.span == std::pair(30, 33));
  CHECK_FALSE(state.pinned);
  desk.window.type("<");
  CHECK(state.span == std::pair(30, 32));
  const int here = state.playback.index();
  desk.window.type("a");
  desk.window.key(ImGuiKey_RightArrow);
  desk.window.key(ImGuiKey_RightArrow);
  desk.window.type("a");
  CHECK(state.playback.loop == std::pair(here, here + 2));
  desk.window.type("a");
  CHECK_FALSE(state.playback.loop);
  desk.window.type("m");
  desk.window.frames(2);
  CHECK(state.mark_compared);
  CHECK(state.compare.shown.step == state.shown.step);
}

TEST_CASE("the keyboard reaches controls that a small panel has scrolled away, and the panel scrolls to them") {
  WritingSource source;
  Headless window(source, 900, 500);
  AppState& state = window.app().state();
  state.zoom = 3;
  state.maximised = "generate";
  window.frames(4);
  const ui::Registry& registry = window.app().registry();
  REQUIRE_FALSE(registry.find("gen.seed")->visible);
  for (int i = 0; i < 100 && registry.focus() != "gen.seed"; ++i) window.key(ImGuiKey_DownArrow);
  window.frames(2);
  CHECK(registry.focus() == "gen.seed");
  CHECK(registry.find("gen.seed")->visible);
}

TEST_CASE(
    "a menu has the keys: Esc closes it and nothing else, arrows and Enter choose in it, its letters do what it says") {
  Desk desk;
  apply(desk.state(), desk.source, "pin probe 3");
  desk.window.frames(2);
  REQUIRE(desk.window.click("menu.kv"));
  REQUIRE(desk.shows("menu.kv.fill"));
  desk.window.type("rcn");
  CHECK(desk.state().rule == RuleView::causal);
  CHECK(desk.shows("menu.kv.fill"));
  desk.window.key(ImGuiKey_Escape);
  CHECK_FALSE(desk.shows("menu.kv.fill"));
  CHECK(desk.state().pinned);
  REQUIRE(desk.window.click("menu.kv"));
  desk.window.type("f");
  CHECK(desk.state().maximised == "kv");
  CHECK_FALSE(desk.shows("menu.kv.fill"));
  REQUIRE(desk.window.click("menu.kv"));
  desk.window.key(ImGuiKey_DownArrow);
  CHECK(desk.window.app().registry().focus() == "menu.kv.fill");
  desk.window.key(ImGuiKey_Enter);
  desk.window.frames(2);
  CHECK(desk.state().maximised.empty());
}

TEST_CASE("Esc leaves a field and keeps what was typed into it") {
  Desk desk;
  const auto prompt = [](AppState& s) -> std::string& { return s.request.prompt; };
  const auto own = [](AppState& s) -> std::string& { return s.own_text; };
  const auto search = [](AppState& s) -> std::string& { return s.token_search; };
  const auto check = [&](const char* page, TokensView view, const char* name, auto text) {
    CAPTURE(name);
    desk.state().page = page;
    desk.state().tokens_view = view;
    desk.window.frames(3);
    text(desk.state()) = "before";
    REQUIRE(desk.window.click(name));
    desk.window.key(ImGuiKey_End);
    desk.window.type(" it");
    const std::string typed = text(desk.state());
    CHECK_THAT(typed, ContainsSubstring(" it"));
    desk.window.key(ImGuiKey_Escape);
    desk.window.frames(3);
    CHECK(text(desk.state()) == typed);
    CHECK_FALSE(ImGui::GetIO().WantTextInput);
  };
  check("Generate", TokensView::watched, "gen.prompt", prompt);
  check("Data", TokensView::own, "tokens.own", own);
  check("Data", TokensView::vocabulary, "tokens.search", search);
}

TEST_CASE("Esc closes the topmost dialog, and the keyboard stays in it until then") {
  Desk desk;
  apply(desk.state(), desk.source, "pin probe 3");
  desk.state().lessons = {parse_lesson("title One\ncard\nsay Look.\n", "t")};
  desk.window.frames(2);
  desk.window.type("l");
  desk.window.frames(2);
  desk.window.type("rsm");
  CHECK(desk.state().rule == RuleView::causal);
  for (const char* name : {"lesson.list.close", "lesson.choose.0", "lesson.list.close"}) {
    desk.window.key(ImGuiKey_DownArrow);
    CHECK(desk.window.app().registry().focus() == name);
  }
  desk.window.key(ImGuiKey_Escape);
  CHECK_FALSE(desk.state().tutor.choosing);
  CHECK(desk.state().pinned);
  desk.window.key(ImGuiKey_Escape);
  CHECK_FALSE(desk.state().pinned);
}

TEST_CASE("Tab goes from control to control and from field to field, also out of the one that is typed into") {
  Desk desk;
  const ui::Registry& registry = desk.window.app().registry();
  desk.window.key(ImGuiKey_Tab);
  const std::string first = registry.focus();
  desk.window.key(ImGuiKey_Tab);
  CHECK(registry.focus() != first);
  desk.window.key(ImGuiKey_Tab, true);
  CHECK(registry.focus() == first);
  REQUIRE(desk.window.click("page.2"));
  const auto leaves = [&](const char* field, const char* next) {
    CAPTURE(field);
    REQUIRE(desk.window.click(field));
    desk.window.frames(2);
    REQUIRE(ImGui::GetIO().WantTextInput);
    desk.window.key(ImGuiKey_Tab);
    desk.window.frames(2);
    while (registry.focus().starts_with("inspector.")) desk.window.key(ImGuiKey_Tab);  // in lines beside it
    CHECK(registry.focus() == next);
    CHECK_FALSE(ImGui::GetIO().WantTextInput);
  };
  leaves("gen.prompt", "gen.play");
  for (int i = 0; i < 100 && registry.focus() != "gen.temperature"; ++i) desk.window.key(ImGuiKey_Tab);
  desk.window.key(ImGuiKey_Enter);
  desk.window.frames(3);
  desk.window.type("1.5");
  desk.window.key(ImGuiKey_Tab);
  desk.window.frames(2);
  CHECK(registry.focus() == "gen.top_k");
  CHECK(desk.state().request.temperature == 1.5f);
  desk.window.key(ImGuiKey_Enter);
  desk.window.frames(3);
  desk.window.type("7");
  desk.window.key(ImGuiKey_Tab, true);
  desk.window.frames(2);
  CHECK(registry.focus() == "gen.temperature");
  CHECK(desk.state().request.top_k == 7);
  desk.state().page = "Autograd";
  desk.window.frames(3);
  REQUIRE(desk.window.click("autograd.expression"));
  desk.window.key(ImGuiKey_Tab);
  desk.window.frames(2);
  CHECK_FALSE(ImGui::GetIO().WantTextInput);
  CHECK_FALSE(registry.focus() == "autograd.expression");
}

TEST_CASE("F and S act on the panel with the keyboard, else on the one under the mouse, else on the first") {
  Desk desk;
  AppState& state = desk.state();
  const auto filled = [&] {
    desk.window.type("f");
    desk.window.frames(2);
    const std::string panel = state.maximised;
    desk.window.type("f");
    desk.window.frames(2);
    CHECK(state.maximised.empty());
    return panel;
  };
  CHECK(filled() == "strip");
  REQUIRE(desk.window.hover("panel.grid"));
  CHECK(filled() == "grid");
  const ui::Registry& registry = desk.window.app().registry();
  for (int i = 0; i < 100 && registry.focus() != "curves.log"; ++i) desk.window.key(ImGuiKey_Tab);
  REQUIRE(registry.focus() == "curves.log");
  CHECK(filled() == "curves");
  desk.window.key(ImGuiKey_Escape);
  CHECK(filled() == "grid");
}

TEST_CASE("Esc leaves a lesson, after everything that is above it") {
  Desk desk;
  AppState& state = desk.state();
  state.lessons = {parse_lesson("title One\ncard\nsay Look.\n", "t")};
  enter_lesson(state, desk.source, 0, 0);
  apply(state, desk.source, "pin probe 3");
  state.maximised = "grid";
  desk.window.frames(2);
  desk.window.type("h");
  const auto escape = [&] {
    desk.window.key(ImGuiKey_Escape);
    return std::tuple(state.help, state.pinned.has_value(), state.maximised, state.tutor.lesson);
  };
  CHECK(escape() == std::tuple(false, true, "grid", 0));
  CHECK(escape() == std::tuple(false, false, "grid", 0));
  CHECK(escape() == std::tuple(false, false, "", 0));
  CHECK(escape() == std::tuple(false, false, "", -1));
}

TEST_CASE("a note that cannot be saved is refused before it is written") {
  Desk desk;
  desk.window.type("n");
  CHECK_FALSE(desk.state().timeline.writing);
  CHECK_THAT(desk.state().message, ContainsSubstring("note: this run has no recording"));
}
