#pragma once
// The files of lessons: a few sentences at a time beside the panels that they are about, each with something to do. A
// lesson is a text file, so that a teacher can write one:
//
//   title The KV cache            what the list of lessons shows
//   goal Say what a cell holds.   ... and what one can do after it,
//   minutes 4                     ... how long it takes,
//   level beginner                ... beginner, intermediate or advanced,
//   after 01-tokens 05-router     ... and which lessons it builds on, by the names of their files
//   card                          begins a step; the rest until the next one belongs to it
//   say A sentence or more.       several lines make one text
//   highlight kv.cells panel.grid controls and panels that glow, by their names (state/control_names.h)
//   rule causal                   any line of a scene (state/settings.h) sets the window up
//   keep pin probe 5              the same, but only where the learner has not set it
//   see rule = causal             this is true when the card begins or, below a task, when the task is done,
//   see panel.kv                  ... or this is visible,
//   see table grid least logit recursion=2 computed=1 > -0.001
//                                 ... or this is in the table that --csv writes of a panel: of the rows with these
//                                 cells the count, or the least, mean, most or sum of a column; the test that plays
//                                 every lesson checks it
//   task Pin a token.             what the learner is to do ...
//   until pin != none             ... and when it is done: settings or facts, all lines after the task together
//   solve pin probe 12            lines of a scene that do it, for "Show me" and for the test that plays every lesson
//   hint Click any token.
//
// What a step looks like depends on lesson and step only, except for what `keep` names, so that going back is exact.

#include <filesystem>
#include <string>
#include <vector>

#include "visualizer/state/lesson.h"

namespace tinymor {

/// Reads a lesson from the text of a file. Throws InputError that names file and line.
Lesson parse_lesson(const std::string& text, const std::filesystem::path& file);
/// Reads a lesson from its file.
Lesson read_lesson(const std::filesystem::path& file);
/// The lessons in a folder, by the names of their files.
std::vector<Lesson> read_lessons(const std::filesystem::path& folder);

}  // namespace tinymor
