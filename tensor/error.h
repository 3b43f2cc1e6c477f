#pragma once
// How every part of tinymor says that something is wrong: one exception, one line of text.
//
// The line names the operation in brackets and the values that disagree: "[matmul] [4,3] x [4,5]: inner sizes 3 and 4
// differ". Guards are alive in every build.

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace tinymor {

/// Something failed while working. Programs end with status 1.
struct Error : std::runtime_error {
  explicit Error(const std::string& text) : std::runtime_error(with_visible_zeros(text)) {}

 private:
  /// what() ends at a zero byte, which a name or a line from outside can have.
  static std::string with_visible_zeros(std::string text) {
    for (size_t at = 0; (at = text.find('\0', at)) != text.npos;) text.replace(at, 1, "<0x00>");
    return text;
  }
};

/// A file, a flag or a call from outside is wrong: "WHAT: WHY (HOW TO MEND IT)". Programs end with status 2.
struct InputError : Error {
  using Error::Error;
};

/// Throws Error with the formatted text unless `ok`. Arguments are formatted only on failure.
template <class... Args>
void check(bool ok, fmt::format_string<Args...> text, Args&&... args) {
  if (!ok) throw Error(fmt::format(text, std::forward<Args>(args)...));
}

/// Throws InputError with the formatted text unless `ok`.
template <class... Args>
void check_input(bool ok, fmt::format_string<Args...> text, Args&&... args) {
  if (!ok) throw InputError(fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace tinymor
