#include "visualizer/lesson.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "tensor/error.h"
#include "tensor/files.h"
#include "visualizer/settings.h"

namespace tinymor {
namespace fs = std::filesystem;
namespace {

constexpr size_t longest_file = 1 << 18;

std::string first_word(std::string_view& rest) {
  rest = trimmed(rest);
  const size_t space = std::min(rest.find(' '), rest.size());
  std::string word(rest.substr(0, space));
  rest = trimmed(rest.substr(space));
  return word;
}

std::vector<std::string> words_of(std::string_view rest) {
  std::vector<std::string> words;
  while (!rest.empty()) words.push_back(first_word(rest));
  return words;
}

Condition condition_of(std::string_view rest) {
  Condition out;
  out.name = first_word(rest);
  out.compare = first_word(rest);
  out.value = std::string(rest);
  check_setting(out.name);
  check_input(out.compare == "=" || out.compare == "!=" || out.compare == "<" || out.compare == ">",
              "until: \"{}\" compares nothing (write NAME and one of = != < > and a value)", out.compare);
  return out;
}

void add_text(std::string& text, std::string_view more) {
  text += (text.empty() ? "" : " ") + std::string(more);
}

void parse_line(Lesson& lesson, std::string_view line) {
  std::string_view rest = line;
  const std::string word = first_word(rest);
  if (word == "title") return void(lesson.title = rest);
  if (word == "card") return void(lesson.steps.emplace_back());
  check_input(!lesson.steps.empty(), "\"{}\" stands before the first card (write a line \"card\" above it)", word);
  // A lesson that began a lesson could begin itself.
  check_input(!word.starts_with("lesson") && !(word == "solve" && rest.starts_with("lesson")),
              "\"{}\" has no place in a lesson (use it in a scene)", line);
  LessonStep& step = lesson.steps.back();
  const auto task = [&]() -> LessonTask& {
    check_input(!step.tasks.empty(), "{}: no task stands above it (write a line \"task ...\" first)", word);
    return step.tasks.back();
  };
  if (word == "say")
    add_text(step.text, rest);
  else if (word == "hint")
    add_text(step.hint, rest);
  else if (word == "highlight")
    step.highlights = words_of(rest);
  else if (word == "task")
    step.tasks.push_back({std::string(rest), {}, {}});
  else if (word == "until")
    task().until.push_back(condition_of(rest));
  else if (word == "solve")
    check_setting(std::string_view(rest).substr(0, rest.find(' '))), task().solve.emplace_back(rest);
  else
    check_setting(word), step.scene.emplace_back(line);
}

}  // namespace

Lesson parse_lesson(const std::string& text, const std::string& name) {
  Lesson lesson{name, name, {}};
  for_each_line(text, name, [&](std::string_view line) { parse_line(lesson, line); });
  check_input(!lesson.steps.empty(), "{}: the lesson has no card (write a line \"card\" and what it says)", name);
  return lesson;
}

std::vector<Lesson> read_lessons(const std::string& folder, std::string& problem) {
  std::vector<Lesson> lessons;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().extension() != ".lesson") continue;
    try {
      lessons.push_back(parse_lesson(read_file(entry.path(), longest_file), entry.path().stem().string()));
    } catch (const Error& error) {
      problem = error.what();
    }
  }
  std::sort(lessons.begin(), lessons.end(), [](const Lesson& a, const Lesson& b) { return a.name < b.name; });
  return lessons;
}

}  // namespace tinymor
