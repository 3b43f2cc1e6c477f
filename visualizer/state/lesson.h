#pragma once
// A lesson as the state holds it: its cards, where the learner is, and how the window is set up for a card.
// lessons/lesson_file.h reads one, lessons/tutor.h notes what was done, lessons/lesson_view.h draws it.

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tinymor {

/// How a setting or fact must compare with a value.
struct Condition {
  std::string name, compare, value;  ///< compare: one of = != < > (these two also with the name of a setting or
                                     ///< fact), or `falls`: it was larger since the card began.
};

/// A number that the table of a panel gives: of the rows that have these cells their count, or the least, mean, sum or
/// most of a column.
struct TableNumber {
  std::string panel, of, column;
  std::vector<std::pair<std::string, std::string>> cells;  ///< Columns and what is in them.
};

inline constexpr const char* table_numbers[] = {"count", "least", "mean", "most", "sum"};

/// What a card says is true: a comparison, of a number of a table where that has a panel, or, where `compare` is empty,
/// a control or panel that is visible.
struct CardClaim : Condition {
  TableNumber number = {};
};

struct LessonTask {
  std::string text;
  std::vector<Condition> until;
  std::vector<std::string> solve;
  std::vector<CardClaim> sees;  ///< After it is done.
};

struct LessonStep {
  std::string text, hint;
  std::vector<std::string> highlights, scene, keep;
  std::vector<CardClaim> sees;  ///< When it begins.
  std::vector<LessonTask> tasks;
};

struct Lesson {
  std::string name, title;  ///< The name is that of its file.
  std::vector<LessonStep> steps = {};
  std::string problem = {};             ///< Why its file cannot be read; then it has no steps.
  std::string goal = {};                ///< What one can do after it.
  int minutes = 0;                      ///< 0: not said.
  std::string level = {};               ///< One of lesson_levels, or empty.
  std::vector<std::string> after = {};  ///< The names of the lessons that it builds on.

  /// The digits that its name begins with, without zeros in front; empty: it has none.
  std::string number() const;
};
inline constexpr const char* lesson_levels[] = {"beginner", "intermediate", "advanced"};

/// How far the learner is.
struct Tutor {
  int lesson = -1;  ///< Index into the lessons; -1: there is no lesson.
  int step = 0;
  std::vector<bool> done = {};                 ///< Of each task of the step.
  std::map<std::string, double> highest = {};  ///< Of each number that must fall for a task, since the step began.
  std::set<int> finished = {};                 ///< Steps whose tasks were all done since the lesson began.
  bool hinting = false;
  bool folded = false;    ///< The step's text is hidden.
  bool revealed = false;  ///< What the step is about has been scrolled to.
  bool choosing = false;  ///< The list of lessons is open.
  float height = 0;       ///< The height that the step needed in the last frame.
};

struct AppState;
class Source;

/// Goes to a step of a lesson of state.lessons and sets the window up for it. Throws InputError when it cannot.
void enter_lesson(AppState& state, const Source& source, int lesson, int step);

}  // namespace tinymor
