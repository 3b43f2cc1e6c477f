// What docs/12-teaching-with-it.md says of scenes, held against the window. Its lists of facts and controls, its longer
// scenes and its lesson are read by tests/visualizer/lessons/lessons_test.cpp, which plays the lessons.

#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "../visualizer/sample_run.h"
#include "support/book.h"
#include "visualizer/lessons/lesson_file.h"
#include "visualizer/runs/recording_source.h"
#include "visualizer/state/layout.h"
#include "visualizer/state/settings.h"

using namespace tinymor;

namespace {

std::string chapter() {
  return book("docs/12-teaching-with-it.md");
}

bool is_setting(const std::string& name) {
  return std::any_of(all_settings().begin(), all_settings().end(), [&](const Setting& s) { return s.name == name; });
}

}  // namespace

TEST_CASE("chapter 12: every line of a scene that a sentence quotes is one that a scene can have") {
  const std::string text = unwrapped(part(chapter(), "## Preparing a lecture", "## The names of controls"));
  RecordingSource source("sample", sample_recording());
  int found = 0;
  for (size_t begin = text.find('`'); begin != std::string::npos; begin = text.find('`', begin)) {
    const size_t end = text.find('`', begin + 1);
    const std::string line = text.substr(begin + 1, end - begin - 1), name = line.substr(0, line.find(' '));
    begin = end + 1;
    if (!is_setting(name) || name == line) continue;
    CAPTURE(line);
    AppState state;
    CHECK_NOTHROW(apply(state, source, line));
    ++found;
  }
  CHECK(found >= 14);
}

TEST_CASE("chapter 12: the window as it opens shows one panel at a time at 200 %") {
  CHECK_THAT(unwrapped(chapter()), ContainsSubstring("at 200 % the window as it opens, 1280×800, shows one panel"));
  const float em = 15;  // at 100 %
  CHECK(arrangement({1280, 800}, em) == Arrangement::normal);
  CHECK(arrangement({1280, 800}, 2 * em) == Arrangement::single);
}

TEST_CASE("chapter 12: the lessons of the plan are about what it says they are") {
  const std::vector<Lesson> lessons = read_lessons(std::string(TINYMOR_TREE) + "/visualizer/lessons");
  REQUIRE(lessons.size() == 14);
  const auto title = [&](size_t number) { return lessons[number].title; };
  const std::string text = chapter();
  const auto plan = [&](const char* minutes) { return row(text, minutes); };
  CHECK_THAT(plan("0–5")[2], ContainsSubstring("lesson 1,"));
  CHECK_THAT(title(1), ContainsSubstring("Tokens"));
  CHECK(lessons[1].steps.size() > 3);
  CHECK_THAT(plan("5–12")[2], ContainsSubstring("lesson 5;"));
  CHECK(" " + title(5) + " " == plan("5–12")[1]);
  CHECK_THAT(plan("12–20")[2], ContainsSubstring("lesson 6;"));
  CHECK_THAT(title(6), ContainsSubstring("Why top-k peeks"));
  CHECK_THAT(plan("20–28")[2], ContainsSubstring("lesson 7, then 8;"));
  CHECK_THAT(title(7), ContainsSubstring("KV cache"));
  CHECK_THAT(title(8), ContainsSubstring("remember less"));
  CHECK_THAT(plan("28–36")[2], ContainsSubstring("lesson 12;"));
  CHECK(" " + title(12) + " " == plan("28–36")[1]);
  CHECK(lessons[6].name == "06-peeking");
}

TEST_CASE("chapter 12: the course is that of the lesson files, each after those that it builds on") {
  const std::vector<Lesson> lessons = read_lessons(std::string(TINYMOR_TREE) + "/visualizer/lessons");
  const std::string table = part(chapter(), "| lesson | minutes", "\n\n");
  std::string expected = "| lesson | minutes | level | after | what you can do then |\n| --- | --- | --- | --- | --- |";
  std::map<std::string, std::string> numbers;
  int minutes = 0;
  for (const Lesson& lesson : lessons) {
    std::vector<std::string> after;
    for (const std::string& name : lesson.after) {
      CAPTURE(lesson.name, name);
      REQUIRE(numbers.contains(name));
      after.push_back(numbers[name]);
    }
    numbers[lesson.name] = lesson.number();
    minutes += lesson.minutes;
    expected += fmt::format("\n| {}. {} | {} | {} | {} | {} |", lesson.number(), lesson.title, lesson.minutes,
                            lesson.level, fmt::join(after, ", "), lesson.goal);
  }
  CHECK(table == expected);
  CHECK_THAT(unwrapped(chapter()), ContainsSubstring(fmt::format("are a course of {} minutes", minutes)));
}
