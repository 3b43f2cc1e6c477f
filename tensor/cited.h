#pragma once
// How a message repeats what came from outside: long enough to be found again, short enough for one line.

#include <string>
#include <string_view>

namespace tinymor {

/// The beginning of `value`, at most about 60 bytes of it, with an ellipsis where it goes on. UTF-8 stays UTF-8.
inline std::string shortened(std::string_view value) {
  constexpr size_t most = 60;
  if (value.size() <= most) return std::string(value);
  size_t end = most;
  while (end > 0 && (value[end] & 0xC0) == 0x80) --end;  // not inside a character
  return std::string(value.substr(0, end)) + "\u2026";
}

/// The same between quotation marks.
inline std::string cited(std::string_view value) {
  return '"' + shortened(value) + '"';
}

}  // namespace tinymor
