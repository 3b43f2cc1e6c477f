// Every lesson that comes with the window is played to its end, by its own solutions and by the window's buttons.

#include "scripted.h"
#include "support/catch.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/random.h"
#include "visualizer/headless.h"
#include "visualizer/tutor.h"

using namespace tinymor;

namespace {

std::vector<Lesson> bundled_lessons() {
  std::string problem;
  std::vector<Lesson> lessons = read_lessons(TINYMOR_LESSONS, problem);
  CHECK(problem.empty());
  return lessons;
}

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

}  // namespace

TEST_CASE("every lesson can be played to its end: what glows can be seen, and tasks are done by doing them") {
  const std::vector<Lesson> lessons = bundled_lessons();
  REQUIRE(lessons.size() >= 13);
  const float zoom = GENERATE(1.0f, 2.0f);  // 2: what chapter 12 advises for a projector
  for (size_t i = 0; i < lessons.size(); ++i) {
    WritingSource source;
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
      window.frames(4);
      CHECK_FALSE(step.text.empty());
      std::vector<std::string> unseen;
      for (const std::string& name : step.highlights)
        if (const auto* item = window.app().registry().find(name); !item || !item->visible) unseen.push_back(name);
      // A window with room for one panel shows one of those that are spoken of.
      CHECK((unseen.empty() || (zoom > 1 && unseen.size() < step.highlights.size())));
      if (!step.tasks.empty()) CHECK_FALSE(all_done(state));
      for (const LessonTask& task : step.tasks) {
        CAPTURE(task.text);
        CHECK_FALSE(task.until.empty());
        for (const std::string& line : task.solve) {
          apply(state, source, line);
          settle(window, source);
        }
      }
      CHECK(all_done(state));
      if (at + 1 < lessons[i].steps.size()) REQUIRE(window.click("lesson.next"));
    }
    REQUIRE(window.click("lesson.next"));
    CHECK(state.tutor.lesson == -1);
  }
}

TEST_CASE("a lesson goes on with Space and back with Backspace, and what a card shows depends on the card alone") {
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
  CHECK(state.pinned == TokenRef{Subject::probe, 3});
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

TEST_CASE("a lesson with a mistake is refused with its line") {
  for (const auto& [text, why] : std::vector<std::pair<const char*, const char*>>{
           {"say too early\n", "x:1: \"say\" stands before the first card"},
           {"title T\n", "no card"},
           {"card\n\nrulle causal\n", "x:3: rulle: there is no such setting"},
           {"card\nuntil rule = causal\n", "no task stands above"},
           {"card\ntask T\nuntil rule causal\n", "compares nothing"},
           {"card\nlesson x\n", "has no place in a lesson"},
           {"card\ntask T\nsolve lesson.step 1\n", "has no place in a lesson"},
           {"card\ntask T\nsolve rulle\n", "there is no such setting"}})
    CHECK_THROWS_WITH(parse_lesson(text, "x"), ContainsSubstring(why));
}

TEST_CASE("the scenes and the lesson of the chapter on teaching are such") {
  const std::string chapter = read_file(std::string(TINYMOR_BOOK) + "/12-teaching-with-it.md", 1 << 20);
  WritingSource source;
  AppState state;
  state.lessons = bundled_lessons();
  int scenes = 0, lessons = 0;
  for (size_t at = chapter.find("```\n"); at != std::string::npos;) {
    const size_t begin = at + 4, end = chapter.find("```\n", begin);
    REQUIRE(end != std::string::npos);
    const std::string block = chapter.substr(begin, end - begin);
    at = chapter.find("```\n", end + 4);
    if (block.starts_with("title"))
      lessons += !parse_lesson(block, "chapter").steps.empty();
    else if (!block.starts_with("build/"))
      apply_scene(state, source, block, "chapter"), ++scenes;
  }
  CHECK(lessons == 1);
  CHECK(scenes == 2);
}

TEST_CASE("scenes and lessons of damaged bytes are refused or read, and never crash") {
  WritingSource source;
  Random random(7);
  std::vector<std::string> texts = {
      "rule causal\nstep 120\npin probe 4\nloop 20 80\nat 1.5\nzoom 2\ndo keep 3\nprompt a\\nb\n"};
  for (const char* name : {"/07-kv-cache.lesson", "/11-sampling.lesson"})
    texts.push_back(read_file(std::string(TINYMOR_LESSONS) + name, 1 << 18));
  for (int i = 0; i < 3000; ++i) {
    std::string text = texts[size_t(i) % texts.size()];
    for (int64_t changes = 1 + random.below(6); changes > 0; --changes)
      text[size_t(random.below(int64_t(text.size())))] = char(random.below(256));
    text.resize(size_t(1 + random.below(int64_t(text.size()))));
    AppState state;
    try {
      apply_scene(state, source, text, "damaged");
    } catch (const InputError&) {
    }
    try {
      state.lessons = {parse_lesson(text, "damaged")};
      enter_lesson(state, source, 0, 0);
    } catch (const InputError&) {
    }
  }
  SUCCEED();
}
