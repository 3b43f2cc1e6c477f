#pragma once
// What programs say to the people who run them: commands that can be copied, messages, and texts from outside. A name
// or a text may hold anything, escape codes for the terminal too; here it is made harmless.

#include <functional>
#include <string>
#include <string_view>

namespace tinymor {

/// Says how this program was started: main's argv[0].
void set_program(const char* argv0);

/// How to start `name`, a program beside this one: "tinymor" becomes "build/tinymor" where this one was
/// started as build/tinymor-viz. Without a path, or before set_program, the name alone. As a shell takes it.
std::string program(const std::string& name = "tinymor");

/// `word` as a POSIX shell gives it back: as it is, or quoted. What a message cannot show as it is (control characters,
/// bytes that are not UTF-8) is left to printf there; only line ends at the very end are lost in that.
std::string shell_word(std::string_view word);
/// The same for a file or folder among the arguments of a command, where "-x" would be an option: it becomes "./-x".
std::string shell_path(const std::string& path);

/// Prints a message on stderr, one line whatever is in it: control characters are shown by their names. Writing may
/// fail: a terminal that was closed is no reason to lose a run.
void tell(std::string_view message);

/// `text` as it goes to stdout: on a terminal with control characters by their names, line ends and tabs excepted;
/// elsewhere as it is.
std::string for_stdout(std::string_view text);

/// Runs a program and gives its exit status: 0, or, when `work` throws, 2 for an InputError and 1 for anything else,
/// after it is told as "error: ...".
int run_program(const std::function<void()>& work);

}  // namespace tinymor
