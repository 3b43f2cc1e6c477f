#pragma once
// Lessons: a few sentences at a time beside the panels they speak of, with something to do in each. A lesson is a text
// file, so that a teacher can write one:
//
//   title The KV cache            what the list of lessons shows
//   card                          begins a step; the rest until the next one belongs to it
//   say A sentence or more.       several lines make one text
//   highlight kv.cells panel.grid controls and panels that glow, by the names that tests press them by
//   rule causal                   any line of a scene (settings.h) sets the window up
//   task Pin a token.             what the learner is to do ...
//   until pin != none             ... and when it is done: settings or facts, all lines after the task together
//   solve pin probe 12            lines of a scene that do it, for "Show me" and for the test that plays every lesson
//   hint Click any token.
//
// What a step looks like follows from lesson and step alone, so that going back is exact.

#include <string>
#include <vector>

namespace tinymor {

/// A setting or fact compares so with a value.
struct Condition {
  std::string name, compare, value;  ///< compare: one of = != < >.
};

struct LessonTask {
  std::string text;
  std::vector<Condition> until;
  std::vector<std::string> solve;
};

struct LessonStep {
  std::string text, hint;
  std::vector<std::string> highlights, scene;
  std::vector<LessonTask> tasks;
};

struct Lesson {
  std::string name, title;  ///< The name is that of its file.
  std::vector<LessonStep> steps;
};

/// Where a lesson stands.
struct Tutor {
  int lesson = -1;  ///< Index into the lessons; -1: none is on.
  int step = 0;
  std::vector<bool> done = {};  ///< Of each task of the step.
  bool hinting = false;
  bool folded = false;    ///< The step's text is put away.
  bool choosing = false;  ///< The list of lessons is open.
  float height = 0;       ///< What the step needed in the last frame.
};

/// Reads a lesson. Throws InputError that names the line.
Lesson parse_lesson(const std::string& text, const std::string& name);
/// The lessons in a folder, by the names of their files; a file that cannot be read is left out and named in `problem`.
std::vector<Lesson> read_lessons(const std::string& folder, std::string& problem);

}  // namespace tinymor
