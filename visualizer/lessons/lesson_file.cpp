#include "visualizer/lessons/lesson_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <utility>

#include "tensor/cited.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/number.h"
#include "visualizer/state/control_names.h"
#include "visualizer/state/layout.h"
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

/// Reads what comes after the name of what is compared.
Condition condition_of(const std::string& word, std::string_view rest, std::string name) {
  Condition out{std::move(name), std::string(take_word(rest)), ""};
  out.value = std::string(rest);
  const bool falls = word == "until" && out.compare == "falls";
  check_input(falls || out.compare == "=" || out.compare == "!=" || out.compare == "<" || out.compare == ">",
              "{}: {} compares nothing (write NAME and one of = != < > and a value)", word, cited(out.compare));
  if ((out.compare == "<" || out.compare == ">") && !parse_number<double>(out.value)) check_setting(out.value);
  check_input(falls == out.value.empty(), "{}: {} is after {} (write {})", word, cited(out.value), out.compare,
              falls ? "nothing there" : "the value to compare with");
  return out;
}

Condition condition_of(const std::string& word, std::string_view rest) {
  const std::string name(take_word(rest));
  check_setting(name);
  Condition out = condition_of(word, rest, name);
  if (out.compare == "=" || out.compare == "!=") out.value = spelled(name, out.value);
  return out;
}

/// "table kv count position slot=stored > 5": a number of a table, and what it is compared with.
CardClaim table_claim(std::string_view rest) {
  TableNumber number{std::string(take_word(rest)), std::string(take_word(rest)), std::string(take_word(rest)), {}};
  check_input(is_panel(number.panel), "see table: there is no panel {} (as in see table grid most logit > 0)",
              cited(number.panel));
  check_input(std::find(std::begin(table_numbers), std::end(table_numbers), number.of) != std::end(table_numbers),
              "see table: {} is no number of a column (choose {})", cited(number.of), fmt::join(table_numbers, ", "));
  while (first_word(rest).find('=') > 0 && first_word(rest).find('=') != std::string_view::npos) {
    const std::string_view cell = take_word(rest);
    const size_t equals = cell.find('=');
    number.cells.emplace_back(cell.substr(0, equals), cell.substr(equals + 1));
  }
  return {condition_of("see", rest, number.panel), std::move(number)};
}

CardClaim claim_of(std::string_view rest) {
  if (first_word(rest) == "table") return take_word(rest), table_claim(rest);
  if (rest.find(' ') != std::string_view::npos) return {condition_of("see", rest)};
  check_control(rest);
  return {{std::string(rest), "", ""}};
}

/// A line of a scene, once it is known to make sense.
std::string scene_line(std::string_view line) {
  check_line(line);
  return std::string(line);
}

void add_text(std::string& text, std::string_view more) {
  text += (text.empty() ? "" : " ") + std::string(more);
}

/// A line that says where in the course a lesson is; false for another one.
bool parse_course(Lesson& lesson, const std::string& word, std::string_view rest) {
  if (word == "goal") {
    add_text(lesson.goal, rest);
  } else if (word == "minutes") {
    const std::optional<int> minutes = parse_number<int>(std::string(rest));
    check_input(minutes && *minutes >= 1 && *minutes <= 600, "minutes: {} is not a number from 1 to 600", cited(rest));
    lesson.minutes = *minutes;
  } else if (word == "level") {
    check_input(std::find(std::begin(lesson_levels), std::end(lesson_levels), rest) != std::end(lesson_levels),
                "level: {} is not a level (choose {})", cited(rest), fmt::join(lesson_levels, ", "));
    lesson.level = rest;
  } else if (word == "after") {
    lesson.after = words_of(rest);
  } else {
    return false;
  }
  return true;
}

void parse_line(Lesson& lesson, std::string_view line) {
  std::string_view rest = line;
  const std::string word(take_word(rest));
  if (word == "title") {
    check_input(lesson.title == lesson.name, "title: the lesson has one already (leave out this line)");
    lesson.title = rest;
    return;
  }
  if (lesson.steps.empty() && parse_course(lesson, word, rest)) return;
  if (word == "card") {
    check_input(rest.empty(), "card: {} is after it (write nothing there, and what the card says below)", cited(rest));
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

void check_whole(const Lesson& lesson, const std::string& file) {
  check_input(!lesson.steps.empty(), "{}: the lesson has no card (write a line \"card\" and what it says)", file);
  for (size_t i = 0; i < lesson.steps.size(); ++i) {
    check_input(!lesson.steps[i].text.empty(), "{}: card {} says nothing (write a line \"say ...\" below it)", file,
                i + 1);
    for (const LessonTask& task : lesson.steps[i].tasks)
      check_input(!task.until.empty(),
                  "{}: the task {} of card {} has no end (write \"until ...\" below it: what is true then)", file,
                  cited(task.text), i + 1);
  }
}

}  // namespace

Lesson parse_lesson(const std::string& text, const fs::path& file) {
  const std::string name = file.stem().string();
  Lesson lesson{.name = name, .title = name};
  for_each_line(text, file.string(), [&](std::string_view line) { parse_line(lesson, line); });
  check_whole(lesson, file.string());
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
      lessons.push_back({.name = name, .title = name, .problem = error.what()});
    }
  }
  std::sort(lessons.begin(), lessons.end(), [](const Lesson& a, const Lesson& b) { return a.name < b.name; });
  return lessons;
}

}  // namespace tinymor
