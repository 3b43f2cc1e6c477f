// The program that checks exercises: those named on the command line, or all it was linked with. It ends with status 0
// when all of them are done, 1 when not, 2 for a name it does not know. Each is checked in a process of its own, so
// that one that crashes or never ends gets a line like any other.
#include "checks.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <tuple>

namespace tinymor {
namespace {

std::vector<Exercise>& table() {
  static std::vector<Exercise> exercises;
  return exercises;
}

Finding look_at(const Exercise& exercise) {
  try {
    return exercise.check();
  } catch (const std::exception& error) {
    return not_yet(fmt::format("it threw \"{}\"", error.what()));
  }
}

constexpr unsigned seconds = 10;
constexpr rlim_t stack_bytes = 1 << 20;  // a recursion that is as deep as its input does not fit

void tell(const Exercise& exercise, const Finding& found) {
  if (found.done)
    fmt::print("done{}{}\n", found.text.empty() ? "" : ", ", found.text);
  else
    fmt::print("not yet: {}\nhint: {}\n", found.text, found.hint.empty() ? exercise.hint : found.hint);
  std::fflush(stdout);
}

/// Checks it in this process, which ends then: with status 0 when it is done, 1 when not.
[[noreturn]] void check_alone(const Exercise& exercise) {
  rlimit stack;
  if (getrlimit(RLIMIT_STACK, &stack) == 0) {
    stack.rlim_cur = std::min(stack.rlim_cur, stack_bytes);
    setrlimit(RLIMIT_STACK, &stack);
  }
  std::signal(SIGALRM, SIG_DFL);
  alarm(seconds);
  const Finding found = look_at(exercise);
  tell(exercise, found);
  _exit(found.done ? 0 : 1);
}

/// Checks it, and says what was found; whether it is done.
bool check(const Exercise& exercise) {
  // The name comes first, so that anything the exercise prints itself is below it.
  fmt::print("{}: ", exercise.name);
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) check_alone(exercise);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) {
    tell(exercise, not_yet("no process could be started for it", "close other programs and try again"));
    return false;
  }
  if (!WIFSIGNALED(status)) return WEXITSTATUS(status) == 0;
  if (WTERMSIG(status) == SIGALRM)
    tell(exercise, not_yet(fmt::format("it was stopped after {} seconds", seconds),
                           "a loop that never ends? Look at what ends each of yours"));
  else
    tell(exercise, not_yet(fmt::format("it crashed ({})", strsignal(WTERMSIG(status))),
                           "a place outside an array, or a recursion as deep as the input is long?"));
  return false;
}

/// The exercises named, or all; in the order of the book. Empty, after saying so, when a name is unknown.
std::vector<Exercise> chosen(const std::vector<std::string>& names) {
  std::vector<Exercise> all = table(), picked;
  std::sort(all.begin(), all.end(), [](const Exercise& a, const Exercise& b) {
    return std::tie(a.chapter, a.name) < std::tie(b.chapter, b.name);
  });
  if (names.empty()) return all;
  for (const std::string& name : names) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const Exercise& e) { return e.name == name; });
    if (found == all.end()) {
      fmt::print(stderr, "there is no exercise {} here; there are:\n", name);
      for (const Exercise& exercise : all) fmt::print(stderr, "  {:<26} {}\n", exercise.name, exercise.title);
      return {};
    }
    picked.push_back(*found);
  }
  return picked;
}

}  // namespace

AddExercise::AddExercise(Exercise exercise) {
  table().push_back(std::move(exercise));
}

}  // namespace tinymor

int main(int argc, char** argv) {
  using namespace tinymor;
  const std::vector<Exercise> exercises = chosen({argv + 1, argv + argc});
  if (exercises.empty()) return 2;
  size_t finished = 0;
  for (const Exercise& exercise : exercises) finished += check(exercise);
  if (exercises.size() > 1) fmt::print("{} of {} done\n", finished, exercises.size());
  return finished == exercises.size() ? 0 : 1;
}
