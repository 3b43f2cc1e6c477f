#pragma once
// The words of a line of a scene or a lesson.

#include <algorithm>
#include <string_view>

#include "visualizer/state/settings.h"

namespace tinymor {

/// Takes the first word off a line, and the blanks after it.
inline std::string_view take_word(std::string_view& line) {
  const std::string_view word = line.substr(0, line.find(' '));
  line = trimmed(line.substr(word.size()));
  return word;
}

/// The first word of a line: the name of the setting where it is a line of a scene.
inline std::string_view first_word(std::string_view line) {
  return line.substr(0, line.find(' '));
}

}  // namespace tinymor
