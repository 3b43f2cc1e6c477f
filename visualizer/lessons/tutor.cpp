#include "visualizer/lessons/tutor.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "tensor/cited.h"
#include "tensor/error.h"
#include "tensor/number.h"
#include "visualizer/state/settings.h"

namespace tinymor {

const LessonStep& current_step(const AppState& state) {
  return state.lessons[size_t(state.tutor.lesson)].steps[size_t(state.tutor.step)];
}

namespace {

bool compares(const std::string& value, const Condition& condition, const AppState& state, const Source& source) {
  if (condition.compare == "=") return value == condition.value;
  if (condition.compare == "!=") return value != condition.value;
  const std::optional<double> left = parse_number<double>(value);
  std::optional<double> right = parse_number<double>(condition.value);
  if (!right) right = parse_number<double>(setting(state, source, condition.value));
  return left && right && (condition.compare == "<" ? *left < *right : *left > *right);
}

}  // namespace

bool holds(const Condition& condition, const AppState& state, const Source& source) {
  const std::string value = setting(state, source, condition.name);
  if (condition.compare == "falls") {
    const auto highest = state.tutor.highest.find(condition.name);
    const std::optional<double> now = parse_number<double>(value);
    return highest != state.tutor.highest.end() && now && *now < highest->second;
  }
  return compares(value, condition, state, source);
}

double number_in(const Table& table, const TableNumber& number) {
  const auto column = [&](const std::string& name) {
    const auto at = std::find(table.columns.begin(), table.columns.end(), name);
    check_input(at != table.columns.end(), "see table {}: there is no column {} (choose {})", number.panel, cited(name),
                fmt::join(table.columns, ", "));
    return size_t(at - table.columns.begin());
  };
  const size_t wanted = column(number.column);
  double count = 0, sum = 0, least = INFINITY, most = -INFINITY;
  for (const std::vector<std::string>& row : table.rows) {
    const auto has = [&](const auto& cell) { return row[column(cell.first)] == cell.second; };
    const std::optional<double> value = parse_number<double>(row[wanted]);
    if (!std::all_of(number.cells.begin(), number.cells.end(), has) || (!value && number.of != "count")) continue;
    ++count;
    sum += value.value_or(0);
    least = std::min(least, value.value_or(0));
    most = std::max(most, value.value_or(0));
  }
  if (number.of == "count") return count;
  if (count == 0) return NAN;
  if (number.of == "least") return least;
  if (number.of == "most") return most;
  return number.of == "sum" ? sum : sum / count;
}

bool can_be_seen(const CardClaim& claim, const AppState& state, const Source& source, const ui::Registry& registry,
                 const TableOf& tables) {
  if (!claim.number.panel.empty())
    return compares(cell(number_in(tables(claim.number.panel), claim.number)), claim, state, source);
  if (!claim.compare.empty()) return holds(claim, state, source);
  const ui::Registry::Item* item = registry.find(claim.name);
  return item && item->visible;
}

void check_tasks(AppState& state, const Source& source) {
  if (!state.wishes.empty()) return;  // what the step itself asked for is not there yet
  Tutor& tutor = state.tutor;
  const LessonStep& step = current_step(state);
  for (const LessonTask& task : step.tasks)
    for (const Condition& condition : task.until) {
      if (condition.compare != "falls") continue;
      if (const auto now = parse_number<double>(setting(state, source, condition.name))) {
        double& highest = tutor.highest.try_emplace(condition.name, *now).first->second;
        highest = std::max(highest, *now);
      }
    }
  for (size_t i = 0; i < step.tasks.size(); ++i) {
    const auto& until = step.tasks[i].until;
    const auto met = [&](const Condition& condition) { return holds(condition, state, source); };
    if (std::all_of(until.begin(), until.end(), met)) tutor.done[i] = true;
    if (!tutor.done[i]) return;
  }
  tutor.finished.insert(tutor.step);
  const Lesson& lesson = state.lessons[size_t(tutor.lesson)];
  if (tutor.finished.size() == lesson.steps.size()) state.lessons_done.insert(lesson.name);
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
