#include "visualizer/lessons/lesson_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "tensor/cited.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/number.h"
#include "visualizer/state/control_names.h"
#include "visualizer/state/words.h"

namespace tinymor {
namespace fs = std::filesystem;
namespace {

constexpr size_t longest_file = 1 << 18;

std::vector<std::string> words_of(std::string_view rest) {
  std::vector<std::string> words;
  while (!rest.empty()) words.emplace_back(take_word(rest));
  return words;
}

Condition condition_of(const std::string& word, std::string_view rest) {
  Condition out;
  out.name = take_word(rest);
  out.compare = take_word(rest);
  out.value = std::string(rest);
  check_setting(out.name);
  const bool falls = word == "until" && out.compare == "falls";
  check_input(falls || out.compare == "=" || out.compare == "!=" || out.compare == "<" || out.compare == ">",
              "{}: {} compares nothing (write NAME and one of = != < > and a value)", word, cited(out.compare));
  if ((out.compare == "<" || out.compare == ">") && !parse_number<double>(out.value)) check_setting(out.value);
  check_input(falls == out.value.empty(), "{}: {} is after {} (write {})", word, cited(out.value), out.compare,
              falls ? "nothing there" : "the value to compare with");
  return out;
}

Claim claim_of(std::string_view rest) {
  if (rest.find(' ') != std::string_view::npos) return condition_of("see", rest);
  check_control(rest);
  return {std::string(rest), "", ""};
}

/// A line of a scene, once its setting is known to exist.
std::string scene_line(std::string_view line) {
  check_setting(first_word(line));
  return std::string(line);
}

void add_text(std::string& text, std::string_view more) {
  text += (text.empty() ? "" : " ") + std::string(more);
}

void parse_line(Lesson& lesson, std::string_view line) {
  std::string_view rest = line;
  const std::string word(take_word(rest));
  if (word == "title") {
    lesson.title = rest;
    return;
  }
  if (word == "card") {
    lesson.steps.emplace_back();
    return;
  }
  check_input(!lesson.steps.empty(), "{} is before the first card (write a line \"card\" above it)", cited(word));
  // A lesson that began a lesson could begin itself.
  check_input(!word.starts_with("lesson") && !((word == "solve" || word == "keep") && rest.starts_with("lesson")),
              "{} has no place in a lesson (use it in a scene)", cited(line));
  LessonStep& step = lesson.steps.back();
  const auto task = [&]() -> LessonTask& {
    check_input(!step.tasks.empty(), "{}: there is no task above it (write a line \"task ...\" first)", word);
    return step.tasks.back();
  };
  if (word == "say")
    add_text(step.text, rest);
  else if (word == "hint")
    add_text(step.hint, rest);
  else if (word == "highlight")
    for (std::string& name : step.highlights = words_of(rest)) check_control(name);
  else if (word == "task")
    step.tasks.push_back({std::string(rest), {}, {}, {}});
  else if (word == "see")
    (step.tasks.empty() ? step.sees : step.tasks.back().sees).push_back(claim_of(rest));
  else if (word == "until")
    task().until.push_back(condition_of(word, rest));
  else if (word == "solve")
    task().solve.push_back(scene_line(rest));
  else if (word == "keep")
    step.keep.push_back(scene_line(rest));
  else
    step.scene.push_back(scene_line(line));
}

}  // namespace

Lesson parse_lesson(const std::string& text, const fs::path& file) {
  const std::string name = file.stem().string();
  Lesson lesson{name, name, {}};
  for_each_line(text, file.string(), [&](std::string_view line) { parse_line(lesson, line); });
  check_input(!lesson.steps.empty(), "{}: the lesson has no card (write a line \"card\" and what it says)",
              file.string());
  return lesson;
}

Lesson read_lesson(const fs::path& file) {
  return parse_lesson(read_file(file, longest_file), file);
}

std::vector<Lesson> read_lessons(const fs::path& folder) {
  std::vector<Lesson> lessons;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().extension() != ".lesson") continue;
    try {
      lessons.push_back(read_lesson(entry.path()));
    } catch (const Error& error) {
      const std::string name = entry.path().stem().string();
      lessons.push_back({name, name, {}, error.what()});
    }
  }
  std::sort(lessons.begin(), lessons.end(), [](const Lesson& a, const Lesson& b) { return a.name < b.name; });
  return lessons;
}

}  // namespace tinymor
