#include "visualizer/tutor.h"

#include <algorithm>
#include <set>

#include "tensor/error.h"
#include "visualizer/setting_table.h"

namespace tinymor {
namespace {

std::string setting_name(const std::string& line) {
  return line.substr(0, line.find(' '));
}

}  // namespace

bool holds(const Condition& condition, const AppState& state, const Source& source) {
  const std::string value = setting(state, source, condition.name);
  if (condition.compare == "=") return value == condition.value;
  if (condition.compare == "!=") return value != condition.value;
  double left = 0, right = 0;
  return parse_number(value, left) && parse_number(condition.value, right) &&
         (condition.compare == "<" ? left < right : left > right);
}

void enter_lesson(AppState& state, const Source& source, int number, int at) {
  check_input(number >= 0 && number < int(state.lessons.size()), "lesson: there are {} of them", state.lessons.size());
  const Lesson& lesson = state.lessons[size_t(number)];
  check_input(at >= 0 && at < int(lesson.steps.size()), "lesson {}: it has {} steps", lesson.name, lesson.steps.size());
  AppState changed = state;
  std::set<std::string> touched;
  for (const LessonStep& step : lesson.steps) {
    for (const std::string& line : step.scene) touched.insert(setting_name(line));
    for (const LessonTask& task : step.tasks)
      for (const std::string& line : task.solve) touched.insert(setting_name(line));
  }
  for (const std::string& name : touched) reset_setting(changed, source, name);
  for (int i = 0; i <= at; ++i) {
    for (const std::string& line : lesson.steps[size_t(i)].scene)
      if (i == at || setting_name(line) != "do") apply(changed, source, line);
  }
  changed.tutor = {number, at, std::vector<bool>(lesson.steps[size_t(at)].tasks.size())};
  state = std::move(changed);
}

void turn_lesson(AppState& state, const Source& source, int by) {
  const int lesson = state.tutor.lesson, step = state.tutor.step + by;
  if (lesson < 0 || step < 0) return;
  if (step == int(state.lessons[size_t(lesson)].steps.size())) {
    state.tutor = {};
    return;
  }
  try {
    enter_lesson(state, source, lesson, step);
  } catch (const Error& error) {
    state.say(error.what());
  }
}

}  // namespace tinymor
