#pragma once
// Lessons: a few sentences at a time beside the panels they speak of, with something to do in each. A lesson is a text
// file, so that a teacher can write one:
//
//   title The KV cache            what the list of lessons shows
//   card                          begins a step; the rest until the next one belongs to it
//   say A sentence or more.       several lines make one text
//   highlight kv.cells panel.grid controls and panels that glow, by their names (control_names.h)
//   rule causal                   any line of a scene (settings.h) sets the window up
//   keep pin probe 5              the same, but only where the learner has not set it
//   see rule = causal             what the card speaks of is so when it begins, or, below a task, once that is done;
//   see panel.kv                  ... or can be seen: for the test that plays every lesson
//   task Pin a token.             what the learner is to do ...
//   until pin != none             ... and when it is done: settings or facts, all lines after the task together
//   solve pin probe 12            lines of a scene that do it, for "Show me" and for the test that plays every lesson
//   hint Click any token.
//
// What a step looks like follows from lesson and step alone, but for what `keep` names, so that going back is exact.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tinymor {

/// A setting or fact compares so with a value.
struct Condition {
  std::string name, compare, value;  ///< compare: one of = != < > (these two also with the name of a setting or
                                     ///< fact), or `falls`: it was larger since the card began.
};

/// What a card says is there: that compares so, or, where `compare` is empty, a control or panel that can be seen.
using Claim = Condition;

struct LessonTask {
  std::string text;
  std::vector<Condition> until;
  std::vector<std::string> solve;
  std::vector<Claim> sees;  ///< Once it is done.
};

struct LessonStep {
  std::string text, hint;
  std::vector<std::string> highlights, scene, keep;
  std::vector<Claim> sees;  ///< When it begins.
  std::vector<LessonTask> tasks;
};

struct Lesson {
  std::string name, title;  ///< The name is that of its file.
  std::vector<LessonStep> steps;
  std::string problem = {};  ///< Why its file cannot be read; it has no steps then.
};

/// Where a lesson stands.
struct Tutor {
  int lesson = -1;  ///< Index into the lessons; -1: none is on.
  int step = 0;
  std::vector<bool> done = {};                 ///< Of each task of the step.
  std::map<std::string, double> highest = {};  ///< Of each number that a task asks to fall, since the step began.
  bool hinting = false;
  bool folded = false;    ///< The step's text is put away.
  bool choosing = false;  ///< The list of lessons is open.
  float height = 0;       ///< What the step needed in the last frame.
};

/// Reads a lesson from the text of a file. Throws InputError that names file and line.
Lesson parse_lesson(const std::string& text, const std::filesystem::path& file);
/// The same of the file itself.
Lesson read_lesson(const std::filesystem::path& file);
/// The lessons in a folder, by the names of their files.
std::vector<Lesson> read_lessons(const std::filesystem::path& folder);

}  // namespace tinymor
