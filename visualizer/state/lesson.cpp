#include "visualizer/state/lesson.h"

#include <algorithm>
#include <set>
#include <utility>

#include "tensor/error.h"
#include "visualizer/state/words.h"

namespace tinymor {

std::string Lesson::number() const {
  const std::string digits = name.substr(0, name.find_first_not_of("0123456789"));
  return digits.empty() ? "" : digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1));
}

void enter_lesson(AppState& state, const Source& source, int number, int at) {
  check_input(number >= 0 && number < int(state.lessons.size()), "lesson: there are {}", state.lessons.size());
  const Lesson& lesson = state.lessons[size_t(number)];
  check_input(lesson.problem.empty(), "{}", lesson.problem);
  check_input(at >= 0 && at < int(lesson.steps.size()), "lesson {}: it has {} steps", lesson.name, lesson.steps.size());
  AppState changed = state;
  std::set<std::string> touched;
  for (const LessonStep& step : lesson.steps) {
    for (const auto& lines : {step.scene, step.keep})
      for (const std::string& line : lines) touched.emplace(first_word(line));
    for (const LessonTask& task : step.tasks)
      for (const std::string& line : task.solve) touched.emplace(first_word(line));
  }
  for (const std::string& name : touched) reset_setting(changed, source, name);
  for (int i = 0; i <= at; ++i) {
    for (const std::string& line : lesson.steps[size_t(i)].scene)
      if (i == at || first_word(line) != "do") apply(changed, source, line);
    for (const std::string& line : lesson.steps[size_t(i)].keep) {
      const std::string name(first_word(line));
      apply(changed, source, is_fresh(state, source, name) ? line : name + " " + setting(state, source, name));
    }
  }
  const std::vector<bool> none_done(lesson.steps[size_t(at)].tasks.size());
  std::set<int> finished = state.tutor.lesson == number ? state.tutor.finished : std::set<int>();
  changed.tutor = {.lesson = number, .step = at, .done = none_done, .finished = std::move(finished)};
  state = std::move(changed);
}

}  // namespace tinymor
