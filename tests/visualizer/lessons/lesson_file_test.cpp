// Lessons and scenes as files: what is read, and what is said of mistakes.

#include <cmath>

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/random.h"
#include "visualizer/lessons/bundled.h"
#include "visualizer/lessons/tutor.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"
#include "visualizer/state/control_names.h"

using namespace tinymor;

TEST_CASE("a number of a table is the count, the least, mean, sum or most of a column in the rows that are meant") {
  const Table table{{"recursion", "piece", "gate"},
                    {{"1", "a", "0.5"}, {"2", "b", "0.25"}, {"2", "a", "0.75"}, {"2", "c", ""}}};
  const auto number = [&](const char* of, std::vector<std::pair<std::string, std::string>> cells) {
    return number_in(table, {"grid", of, "gate", std::move(cells)});
  };
  CHECK(number("count", {}) == 4);
  CHECK(number("count", {{"recursion", "2"}, {"piece", "a"}}) == 1);
  CHECK(number("least", {}) == 0.25);
  CHECK(number("most", {{"recursion", "2"}}) == 0.75);
  CHECK(number("mean", {{"recursion", "2"}}) == 0.5);
  CHECK(number("sum", {{"recursion", "2"}}) == 1);
  CHECK(number("count", {{"piece", "d"}}) == 0);
  CHECK(std::isnan(number("most", {{"piece", "d"}})));
  CHECK_THROWS_WITH(number("most", {{"token", "d"}}),
                    ContainsSubstring("no column \"token\" (choose recursion, piece"));
}

TEST_CASE("a lesson that cannot be read stays in the list, with its file and line") {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "a.lesson", "title Good\ncard\nsay Yes.\n");
  write_file_atomically(folder.path() / "b.lesson", "title Bad\ncard\nrulle causal\n");
  WritingSource source;
  Headless window(source, 1280, 800);
  AppState& state = window.app().state();
  state.lessons = read_lessons(folder.path());
  REQUIRE(state.lessons.size() == 2);
  CHECK_THAT(state.lessons[1].problem,
             ContainsSubstring((folder.path() / "b.lesson").string() + ":3: rulle: there is no such setting"));
  window.frames(2);
  window.type("l");
  const auto* item = window.app().registry().find("lesson.problem.1");
  REQUIRE(item);
  CHECK(item->visible);
  CHECK_FALSE(window.click("lesson.choose.1"));
  CHECK_THROWS_WITH(apply(state, source, "lesson b"), ContainsSubstring("b.lesson:3"));
  CHECK(window.click("lesson.choose.0"));
  CHECK(state.tutor.lesson == 0);
}

TEST_CASE("a lesson with a mistake is refused with its line") {
  for (const auto& [text, why] : std::vector<std::pair<const char*, const char*>>{
           {"say too early\n", "x:1: \"say\" is before the first card"},
           {"title T\n", "no card"},
           {"card\n\nrulle causal\n", "x:3: rulle: there is no such setting"},
           {"card\nuntil rule = causal\n", "no task above"},
           {"card\ntask T\nuntil rule causal\n", "compares nothing"},
           {"card\nlesson x\n", "has no place in a lesson"},
           {"card\ntask T\nsolve lesson.step 1\n", "has no place in a lesson"},
           {"card\ntask T\nsolve rulle\n", "there is no such setting"},
           {"card\nhighlight panel.gird\n", "x:2: panel.gird: there is no such control (did you mean panel.grid?"},
           {"card\nsee attention.map.1\n", "did you mean attention.map.N.N?"},
           {"card\nsee rule is causal\n", "see: \"is\" compares nothing"},
           {"card\nsee loss < lots\n", "there is no such setting"},
           {"card\nsee written falls\n", "compares nothing"},
           {"card\ntask T\nuntil written falls 3\n", "write nothing there"},
           {"card\nkeep lesson x\n", "has no place in a lesson"},
           {"minutes few\n", "x:1: minutes: \"few\" is not a number from 1 to 600"},
           {"title one\ntitle two\n", "x:2: title: the lesson has one already"},
           {"level easy\n", "level: \"easy\" is not a level (choose beginner, intermediate, advanced)"},
           {"card\nsee table gird most gate > 0\n", "see table: there is no panel \"gird\""},
           {"card\nsee table grid some gate > 0\n", "is no number of a column (choose count, least"},
           {"card\nsee table grid most gate is 1\n", "\"is\" compares nothing"},
           {"card\ntask T\nuntil rule = casual\n",
            "x:3: rule: \"casual\" is not one of its values (give training, causal"},
           {"card\nrule casual\n", "x:2: rule: \"casual\" is not one of its values"},
           {"card\ntask T\nsolve show gird\n",
            "x:3: show: \"gird\" is not one of its values (give a panel that is turned"},
           {"card 2\n", "card: \"2\" is after it"},
           {"card\nsee rule = causal\n", "x: card 1 says nothing"},
           {"card\nsay S\ntask T\n", "x: the task \"T\" of card 1 has no end"}})
    CHECK_THROWS_WITH(parse_lesson(text, "x"), ContainsSubstring(why));
}

TEST_CASE("a lesson from an editor of Windows is read, and a value may be written in other ways than the window's") {
  const Lesson lesson = parse_lesson(
      "\xEF\xBB\xBFtitle T\r\ncard\r\nsay S\r\ntask Cool down.\r\nuntil temperature = 0.50\r\nuntil show = GRID\r\n",
      "x");
  CHECK(lesson.title == "T");
  CHECK(lesson.steps.at(0).tasks.at(0).until.at(0).value == "0.5");
  CHECK(lesson.steps.at(0).tasks.at(0).until.at(1).value == "grid");
}

TEST_CASE("the scenes and the lesson in the chapter on teaching can be read") {
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
    else if (!block.starts_with("build/") && !block.starts_with("curl "))
      apply_scene(state, source, block, "chapter"), ++scenes;
  }
  CHECK(lessons == 1);
  CHECK(scenes == 2);
}

TEST_CASE("the chapter on teaching lists every fact and the name of every control") {
  const std::string chapter = read_file(std::string(TINYMOR_BOOK) + "/12-teaching-with-it.md", 1 << 20);
  std::vector<std::string> names = control_names();
  for (const Setting& setting : all_settings())
    if (setting.is_fact()) names.push_back(setting.name);
  for (const std::string& name : names) {
    CAPTURE(name);
    CHECK(chapter.find("`" + name + "`") != std::string::npos);
  }
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
