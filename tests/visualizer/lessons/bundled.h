#pragma once
// The lessons that come with the window.

#include "support/catch.h"
#include "visualizer/lessons/lesson_file.h"

namespace tinymor {

inline std::vector<Lesson> bundled_lessons() {
  std::vector<Lesson> lessons = read_lessons(TINYMOR_LESSONS);
  for (const Lesson& lesson : lessons) CHECK(lesson.problem.empty());
  return lessons;
}

}  // namespace tinymor
