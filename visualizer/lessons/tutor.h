#pragma once
// Leads a person through a lesson: notes what was done, and turns to the next step.

#include <functional>
#include <string>

#include "visualizer/draw/table.h"
#include "visualizer/draw/ui.h"
#include "visualizer/state/app_state.h"

namespace tinymor {

/// The step that the learner is at; a lesson is on.
const LessonStep& current_step(const AppState& state);

/// Whether a setting or fact meets the condition.
bool holds(const Condition& condition, const AppState& state, const Source& source);

/// The table of a panel, by its name.
using TableOf = std::function<Table(const std::string& panel)>;

/// Such a number; NaN where no row has the cells. Throws InputError that names the columns where one is not there.
double number_in(const Table& table, const TableNumber& number);
/// Whether what a card says is true in the newest frame.
bool can_be_seen(const CardClaim& claim, const AppState& state, const Source& source, const ui::Registry& registry,
                 const TableOf& tables);
/// Notes which tasks of the step are done, one after the other.
void check_tasks(AppState& state, const Source& source);

/// The next (+1) or previous step; after the last one the lesson ends. The status line says what went wrong.
void turn_lesson(AppState& state, const Source& source, int by);

}  // namespace tinymor
