// Every lesson that comes with the window is played to its end, by its own solutions and by the window's buttons.

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "support/catch.h"
#include "visualizer/lessons/bundled.h"
#include "visualizer/lessons/tutor.h"
#include "visualizer/runs/open_source.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"

using namespace tinymor;

namespace {

bool all_done(const AppState& state) {
  return std::all_of(state.tutor.done.begin(), state.tutor.done.end(), [](bool done) { return done; });
}

/// Shows the current step until its tasks are done, or for two seconds.
void settle(Headless& window, Source& source) {
  AppState& state = window.app().state();
  for (int i = 0; i < 400; ++i) {
    source.poll();
    window.frames(1);
    if (all_done(state) && !source.generation().running) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  window.frames(3);
}

/// Shows the step that was just begun, with the text that it has asked for.
void arrive(Headless& window, Source& source) {
  for (int quiet = 0; quiet < 5;) {
    window.frames(1);
    source.poll();
    quiet = source.generation().running ? 0 : quiet + 1;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

/// What a person presses to make a setting or fact another one; any of these.
const std::map<std::string, std::vector<std::string>> means = {
    {"pin", {"panel.strip", "panel.grid", "panel.lens", "panel.kv"}},
    {"pinned.depth", {"panel.strip", "panel.grid"}},
    {"step", {"time.track"}},
    {"story.event", {"loop.next"}},
    {"rule", {"rule.0"}},
    {"shift", {"panel.strip"}},
    {"tint", {"panel.strip"}},
    {"kv", {"panel.kv"}},
    {"writing", {"time.track"}},
    {"text", {"gen.step"}},
    {"written", {"gen.step"}},
    {"temperature", {"gen.temperature"}},
    {"top_k", {"gen.top_k"}},
    {"axis", {"panel.curves", "panel.compare"}},
    {"sharing", {"panel.sharing"}},
    {"scores.log", {"panel.scores"}},
    {"attention.head", {"panel.attention"}},
    {"attention.row", {"panel.attention"}},
    {"autograd.step", {"autograd.next"}},
    {"whatif.depth", {"lens.depth.1"}},
    {"whatif.everybody", {"lens.everybody"}}};

/// Whether one of them can be seen and none of the panels that hold it is dimmed.
bool in_the_light(Headless& window, const LessonStep& step, const std::vector<std::string>& controls) {
  const ui::Registry& registry = window.app().registry();
  std::vector<Box> lit;
  for (const std::string& name : step.highlights)
    if (const auto* item = registry.find(name)) lit.push_back(item->box);
  return std::any_of(controls.begin(), controls.end(), [&](const std::string& name) {
    const auto* item = registry.find(name);
    if (!item || !item->visible) return false;
    for (const auto& [panel, where] : registry.items()) {
      if (!panel.starts_with("panel.") || !where.box.contains(item->box.center())) continue;
      return std::any_of(lit.begin(), lit.end(), [&](const Box& box) { return where.box.contains(box.center()); });
    }
    return true;  // the bars are never dimmed
  });
}

/// The table of a panel of the window.
Table table_of(Headless& window, Source& source, const std::string& name) {
  for (const auto& panel : window.app().panels())
    if (panel->name() == name) return panel->table(source, window.app().state());
  return {};
}

/// The line of a claim, and what the window has instead.
std::string told(const CardClaim& claim, Headless& window, Source& source) {
  std::string line = "see ";
  std::string now;
  if (const TableNumber& number = claim.number; !number.panel.empty()) {
    line += fmt::format("table {} {} {} ", number.panel, number.of, number.column);
    for (const auto& [column, cell] : number.cells) line += column + "=" + cell + " ";
    now = cell(number_in(table_of(window, source, number.panel), number));
  } else {
    line += claim.name + " ";
    if (!claim.compare.empty()) now = setting(window.app().state(), source, claim.name);
  }
  return line + claim.compare + " " + claim.value + (now.empty() ? "" : ": it is " + now);
}

void check_claims(Headless& window, Source& source, const std::vector<CardClaim>& claims) {
  const AppState& state = window.app().state();
  for (const CardClaim& claim : claims) {
    if (claim.compare.empty() && state.zoom > 1) continue;  // there is room for one panel
    INFO(told(claim, window, source));
    const auto tables = [&](const std::string& panel) { return table_of(window, source, panel); };
    CHECK(can_be_seen(claim, state, source, window.app().registry(), tables));
  }
}

/// A card says where to look and what is true there: a panel or control that is visible, and something that is
/// compared.
bool says_what_is_true(const LessonStep& step) {
  const auto compares = [](const CardClaim& claim) { return !claim.compare.empty(); };
  return std::any_of(step.sees.begin(), step.sees.end(), compares) &&
         !std::all_of(step.sees.begin(), step.sees.end(), compares);
}

void play(const std::vector<Lesson>& lessons, size_t i, Source& source, float zoom) {
  Headless window(source, 1280, 800);
  AppState& state = window.app().state();
  state.lessons = lessons;
  state.zoom = zoom;
  enter_lesson(state, source, int(i), 0);
  for (size_t at = 0; at < lessons[i].steps.size(); ++at) {
    const LessonStep& step = lessons[i].steps[at];
    CAPTURE(lessons[i].name, at + 1, zoom);
    REQUIRE(state.tutor.lesson == int(i));
    REQUIRE(state.tutor.step == int(at));
    arrive(window, source);
    CHECK_FALSE(step.text.empty());
    CHECK(says_what_is_true(step));
    check_claims(window, source, step.sees);
    std::vector<std::string> unseen;
    for (const std::string& name : step.highlights)
      if (const auto* item = window.app().registry().find(name); !item || !item->visible) unseen.push_back(name);
    // A window with room for one panel shows one of those that are spoken of.
    CHECK((unseen.empty() || (zoom > 1 && unseen.size() < step.highlights.size())));
    if (!step.tasks.empty()) CHECK_FALSE(all_done(state));
    for (const LessonTask& task : step.tasks) {
      CAPTURE(task.text);
      CHECK_FALSE(task.until.empty());
      CHECK_FALSE(task.sees.empty());
      for (const Condition& condition : task.until) {
        CAPTURE(condition.name);
        REQUIRE(means.contains(condition.name));
        if (zoom == 1) CHECK(in_the_light(window, step, means.at(condition.name)));
      }
      REQUIRE(window.click("lesson.solve"));
      settle(window, source);
      check_claims(window, source, task.sees);
    }
    CHECK(all_done(state));
    if (at + 1 < lessons[i].steps.size()) REQUIRE(window.click("lesson.next"));
  }
  REQUIRE(window.click("lesson.next"));
  CHECK(state.tutor.lesson == -1);
}

}  // namespace

TEST_CASE("every lesson can be played to its end: what a card says is true, and tasks are done by doing them") {
  const std::vector<Lesson> lessons = bundled_lessons();
  REQUIRE(lessons.size() >= 13);
  const float zoom = GENERATE(1.0f, 2.0f);  // 2: what chapter 12 advises for a projector
  for (size_t i = 0; i < lessons.size(); ++i) {
    WritingSource source;
    play(lessons, i, source, zoom);
  }
}

#ifdef TINYMOR_FIRST_RUNS
TEST_CASE("slow: every lesson is true of the bundled runs, too") {
  const std::vector<Lesson> lessons = bundled_lessons();
  for (size_t i = 0; i < lessons.size(); ++i) {
    const std::unique_ptr<Source> source = open_source(std::string(TINYMOR_FIRST_RUNS) + "/mor", [] {});
    source->poll();
    play(lessons, i, *source, 1);
  }
}
#endif

TEST_CASE("no task is done when its card begins, and what the card says is true, no matter what was done before") {
  const std::vector<Lesson> lessons = bundled_lessons();
  const bool busy = GENERATE(false, true);
  for (size_t i = 0; i < lessons.size(); ++i) {
    WritingSource source;
    Headless window(source, 1280, 800);
    AppState& state = window.app().state();
    state.lessons = lessons;
    const auto meddle = [&] {
      for (const char* line : {"rule training",
                               "step 25",
                               "pin shallowest",
                               "kv shared",
                               "tint loss",
                               "temperature 0.1",
                               "top_k 3",
                               "axis flops",
                               "autograd.step 1",
                               "attention.head 2",
                               "attention.layer 1",
                               "max_tokens 12",
                               "pace 0",
                               "scores.log off",
                               "shift on",
                               "cache generated",
                               "whatif.everybody on",
                               "whatif.depth 1",
                               "sharing cycle",
                               "sharing.passes 1",
                               "story.event 5",
                               "story.play on",
                               "tokens.view own",
                               "grid.sort depth",
                               "panel serving",
                               "attention.view arcs",
                               "curves.hide none",
                               "log on",
                               "do generate"})
        apply(state, source, line);
      arrive(window, source);
    };
    if (busy) meddle();
    enter_lesson(state, source, int(i), 0);
    for (size_t at = 0; at < lessons[i].steps.size(); ++at) {
      CAPTURE(lessons[i].name, at + 1, busy);
      arrive(window, source);
      REQUIRE(state.tutor.step == int(at));
      const std::vector<bool>& done = state.tutor.done;
      CHECK(std::none_of(done.begin(), done.end(), [](bool d) { return d; }));
      check_claims(window, source, lessons[i].steps[at].sees);
      if (busy) meddle();
      turn_lesson(state, source, 1);
    }
  }
}

TEST_CASE("Space continues a lesson, Backspace goes back, and what a card shows depends on the card alone") {
  WritingSource source;
  Headless window(source, 1280, 800);
  AppState& state = window.app().state();
  state.lessons = {
      parse_lesson("title T\ncard\nsay One.\nrule training\nshow kv\ncard\nsay Two.\nsay More.\n"
                   "task Pin.\nuntil pin != none\nsolve pin probe 3\ncard\nsay Three.\nrule causal\n",
                   "t")};
  window.frames(3);
  window.type("l");
  REQUIRE(window.click("lesson.choose.0"));
  CHECK(state.rule == RuleView::training);
  window.key(ImGuiKey_Space);
  CHECK(state.tutor.step == 1);
  CHECK(state.lessons[0].steps[1].text == "Two. More.");
  REQUIRE(window.click("lesson.solve"));
  window.frames(1);
  CHECK(state.pinned == TokenRef{Subject::watched, 3});
  CHECK(state.tutor.done[0]);
  window.key(ImGuiKey_Space);
  CHECK(state.rule == RuleView::causal);
  CHECK_FALSE(state.pinned);
  window.key(ImGuiKey_Backspace);
  CHECK(state.rule == RuleView::training);
  CHECK_FALSE(state.tutor.done[0]);
  REQUIRE(window.click("lesson.close"));
  CHECK(state.tutor.lesson == -1);
}

TEST_CASE("the last card leads to the next lesson, and one whose tasks were all done has a tick from then on") {
  WritingSource source;
  Headless window(source, 1280, 800);
  AppState& state = window.app().state();
  const std::string text = "card\nsay One.\ntask Pin.\nuntil pin != none\nsolve pin probe 3\ncard\nsay Two.\n";
  state.lessons = {parse_lesson("title A\n" + text, "01-a.lesson"), parse_lesson("title B\n" + text, "b.lesson")};
  CHECK(state.lessons[0].number() == "1");
  CHECK(state.lessons[1].number().empty());
  CHECK(Lesson{.name = "00-loop", .title = ""}.number() == "0");
  enter_lesson(state, source, 0, 0);
  window.frames(3);
  window.key(ImGuiKey_Space);  // the task is left out
  window.frames(2);
  CHECK(state.lessons_done.empty());
  REQUIRE(window.click("lesson.back"));
  CHECK_FALSE(window.app().registry().find("lesson.following"));
  REQUIRE(window.click("lesson.solve"));
  window.frames(2);
  REQUIRE(window.click("lesson.next"));
  window.frames(2);
  CHECK(state.lessons_done == std::set<std::string>{"01-a"});
  REQUIRE(window.click("lesson.following"));
  CHECK(state.tutor.lesson == 1);
  CHECK(state.tutor.step == 0);
  REQUIRE(window.click("lesson.next"));
  window.frames(2);
  CHECK_FALSE(window.app().registry().find("lesson.following"));  // there is none after it
  window.type("l");
  window.frames(2);
  CHECK(window.app().registry().find("lesson.done.0"));
  CHECK_FALSE(window.app().registry().find("lesson.done.1"));
}

TEST_CASE("a lesson's file says where in a course it is, and the list of lessons shows it") {
  const Lesson lesson = parse_lesson(
      "title T\ngoal Say what\ngoal a loop is.\nminutes 2\nlevel beginner\nafter 01-a own\ncard\nsay One.\n", "02-t");
  CHECK(lesson.goal == "Say what a loop is.");
  CHECK(lesson.minutes == 2);
  CHECK(lesson.level == "beginner");
  CHECK(lesson.after == std::vector<std::string>{"01-a", "own"});
  WritingSource source;
  for (const int width : {1280, 400}) {
    Headless window(source, width, 800);
    window.app().state().lessons = {parse_lesson("title A\ncard\nsay One.\n", "01-a"), lesson};
    window.type("l");
    window.frames(3);
    const std::string drawing = window.drawing();
    CHECK_THAT(drawing, ContainsSubstring(">2. T<"));
    CHECK_THAT(drawing, ContainsSubstring(">2 minutes \u00b7 beginner \u00b7 after 1, own<"));
    CHECK_THAT(drawing, ContainsSubstring(">Say what a loop is.<"));
  }
}

TEST_CASE("all buttons of every card are in sight, in a small window, too") {
  const std::vector<Lesson> lessons = bundled_lessons();
  const auto [width, height] = GENERATE(std::pair(480, 320), std::pair(1280, 800));
  WritingSource source;
  Headless window(source, width, height);
  AppState& state = window.app().state();
  state.lessons = lessons;
  for (size_t i = 0; i < lessons.size(); ++i)
    for (size_t at = 0; at < lessons[i].steps.size(); ++at) {
      CAPTURE(lessons[i].name, at + 1, width);
      enter_lesson(state, source, int(i), int(at));
      window.frames(4);
      for (const char* name : {"lesson.next", "lesson.fold", "lesson.close"}) {
        const auto* item = window.app().registry().find(name);
        REQUIRE(item);
        CHECK(item->visible);
      }
    }
}

TEST_CASE("what a card says of a table is compared with what the panel has") {
  WritingSource source;
  Headless window(source, 1280, 800);
  window.app().state().rule = RuleView::causal;
  window.frames(3);
  const auto holds = [&](const std::string& line) {
    const Lesson lesson = parse_lesson("card\nsay One.\nsee table grid " + line + "\n", "t");
    return can_be_seen(lesson.steps[0].sees[0], window.app().state(), source, window.app().registry(),
                       [&](const std::string& panel) { return table_of(window, source, panel); });
  };
  CHECK(holds("count position recursion=1 = 120"));
  CHECK_FALSE(holds("count position recursion=1 < 120"));
  CHECK(holds("least logit recursion=2 computed=1 > -0.0001"));
  CHECK_FALSE(holds("least logit recursion=2 computed=0 candidate=1 > 0"));
  CHECK_FALSE(holds("most logit recursion=9 > 0"));  // no such row
}

TEST_CASE("`keep` keeps what the learner has set, and sets it otherwise") {
  WritingSource source;
  AppState state;
  state.lessons = {
      parse_lesson("card\nsay One.\ntask Pin.\nuntil pin != none\nsolve pin probe 3\n"
                   "card\nsay Two.\nkeep pin probe 5\ncard\nsay Three.\n",
                   "t")};
  enter_lesson(state, source, 0, 0);
  turn_lesson(state, source, 1);
  CHECK(state.pinned == TokenRef{Subject::watched, 5});
  turn_lesson(state, source, -1);
  CHECK_FALSE(state.pinned);
  apply(state, source, "pin probe 9");
  for (int card : {1, 2}) {
    CAPTURE(card);
    turn_lesson(state, source, 1);
    CHECK(state.pinned == TokenRef{Subject::watched, 9});
  }
}

TEST_CASE("a token that a scene describes is pinned before the first frame, at the step of the scene") {
  WritingSource source;
  for (const char* scene : {"pin deepest\n", "pin shallowest\n", "pin differing\n", "lesson 05-router\nlesson.step 4\n",
                            "rule training\nstep 25\npin deepest\n"}) {
    CAPTURE(scene);
    AppState state;
    state.lessons = bundled_lessons();
    apply_scene(state, source, scene, "start");
    REQUIRE(state.pinned);
    state.bring_up_to_date(source);
    const std::vector<int>& depth = state.shown.text(Subject::watched, state.rule).depth;
    const int pinned = depth[size_t(state.pinned->token)];
    if (std::string(scene).find("shallowest") != std::string::npos)
      CHECK(pinned == *std::min_element(depth.begin(), depth.end()));
    else if (std::string(scene).find("differing") == std::string::npos)
      CHECK(pinned == *std::max_element(depth.begin(), depth.end()));
  }
}
