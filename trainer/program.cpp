#include "trainer/program.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <new>

#include "datasets/utf8.h"
#include "tensor/cited.h"
#include "tensor/error.h"

namespace tinymor {
namespace {

std::string& folder() {
  static std::string path;  // of this program, with the slash
  return path;
}

bool is_plain(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || (c != '\0' && std::strchr("-_./,:+@%", c));
}

/// printf's words for `word`: octal, the one form that every shell's printf knows.
std::string by_printf(std::string_view word) {
  std::string format;
  for (const char c : word)
    format += is_plain(c) && c != '%' && c != '-' ? std::string(1, c) : fmt::format("\\{:03o}", uint8_t(c));
  return "\"$(printf '" + format + "')\"";
}

int failed(const char* what, int status) {
  tell(fmt::format("error: {}", what));
  return status;
}

}  // namespace

void set_program(const char* argv0) {
  const std::string path = argv0 ? argv0 : "";
  folder() = path.substr(0, path.find_last_of('/') + 1);
}

std::string program(const std::string& name) {
  return shell_word(folder() + name);
}

std::string shell_word(std::string_view word) {
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return std::string(word);
  if (with_visible_controls(word) != word) return by_printf(word);
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string shell_path(const std::string& path) {
  return shell_word(path.starts_with('-') ? "./" + path : path);
}

void tell(std::string_view message) {
  std::fputs((with_visible_controls(message) + "\n").c_str(), stderr);
  std::fflush(stderr);
}

std::string for_stdout(std::string_view text) {
  return ::isatty(STDOUT_FILENO) ? with_visible_controls(text, "\n\t") : std::string(text);
}

int run_program(const std::function<void()>& work) {
  try {
    work();
    return 0;
  } catch (const InputError& error) {
    return failed(error.what(), 2);
  } catch (const std::filesystem::filesystem_error& error) {
    const std::string path = shortened(error.path1().string());
    return failed(fmt::format("{}: {} (name another file or folder)", path, error.code().message()).c_str(), 2);
  } catch (const std::bad_alloc&) {
    return failed("memory: there is not enough for this (use a smaller text, model or batch)", 1);
  } catch (const std::exception& error) {
    return failed(error.what(), 1);
  }
}

}  // namespace tinymor
