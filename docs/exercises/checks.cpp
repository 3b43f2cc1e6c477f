// The program that checks exercises: those named on the command line, or all it was linked with. It ends with status 0
// when all of them are done, 1 when not, 2 for a name it does not know. Each is checked in a process of its own, so
// that one that crashes or never ends gets a line like any other; `--seconds N` before the names is how long each may
// take.
#include "checks.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <tuple>

namespace tinymor {
namespace {

std::vector<Exercise>& table() {
  static std::vector<Exercise> exercises;
  return exercises;
}

/// What the process that checks an exercise leaves for the one that waits for it, in memory that both share.
struct Report {
  char trying[300];  ///< What the student's code was asked last.
  bool told;         ///< Whether the finding was printed.
  bool stack_full;   ///< Whether it was a place beyond the end of the stack that it touched last.
};
Report& report() {
  static auto* shared =
      static_cast<Report*>(mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  if (shared == MAP_FAILED) {
    static Report own;
    return own;
  }
  return *shared;
}

unsigned seconds = 10;  // of computing: a busy machine is not the student's fault. A wait may take twenty times as long
constexpr rlim_t stack_bytes = 1 << 20;           // a recursion that is as deep as its input does not fit
constexpr rlim_t memory_bytes = rlim_t(2) << 30;  // a list that grows without end stops here, not the machine

Finding look_at(const Exercise& exercise) {
  const auto what = [](const std::string& happened) {
    return report().trying[0] ? fmt::format("{}, trying {}", happened, report().trying) : happened;
  };
  try {
    return exercise.check();
  } catch (const std::bad_alloc&) {
    return not_yet(what("it wanted more than 2 GB of memory"), "a list that grows in a loop that never ends?");
  } catch (const std::exception& error) {
    return not_yet(what(fmt::format("it threw \"{}\"", error.what())));
  } catch (...) {
    return not_yet(what("it threw something"));
  }
}

void tell(const Exercise& exercise, const Finding& found) {
  if (found.done)
    fmt::print("done{}{}\n", found.text.empty() ? "" : ", ", found.text);
  else
    fmt::print("not yet: {}\nhint: {}\n", found.text, found.hint.empty() ? exercise.hint : found.hint);
  std::fflush(stdout);
  report().told = true;
}

void limit(int resource, rlim_t most) {
  rlimit now;
  if (getrlimit(resource, &now) != 0) return;
  now.rlim_cur = std::min(now.rlim_cur, most);
  setrlimit(resource, &now);
}

const char* stack_begin;

/// A bad address is beyond the stack when it is below its beginning by more than its size; what a program asks memory
/// for is much further away. Returning tries again, and then the process dies as if there were no handler.
void note_address(int signal, siginfo_t* info, void*) {
  const auto* address = static_cast<const char*>(info->si_addr);
  report().stack_full = address < stack_begin && stack_begin - address < 64 * ptrdiff_t(stack_bytes);
  std::signal(signal, SIG_DFL);
}

/// Checks it in this process, which ends then: with status 0 when it is done, 1 when not.
[[noreturn]] void check_alone(const Exercise& exercise) {
  const char here = 0;
  stack_begin = &here;
  limit(RLIMIT_STACK, stack_bytes);
  limit(RLIMIT_AS, memory_bytes);
  static char room[1 << 16];  // for the handler, when the stack is full
  const stack_t other{room, 0, sizeof room};
  sigaltstack(&other, nullptr);
  struct sigaction action {};
  action.sa_sigaction = note_address;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (int signal : {SIGSEGV, SIGBUS}) sigaction(signal, &action, nullptr);
  for (int signal : {SIGPROF, SIGALRM}) std::signal(signal, SIG_DFL);
  const itimerval computing{{0, 0}, {time_t(seconds), 0}};
  setitimer(ITIMER_PROF, &computing, nullptr);
  alarm(20 * seconds);
  const Finding found = look_at(exercise);
  tell(exercise, found);
  _exit(found.done ? 0 : 1);
}

/// What to say of a process that this signal ended before it had said anything; 0 when it ended by itself.
Finding cut_short(int signal) {
  const std::string trying = report().trying[0] ? fmt::format(" when the check tried {}", report().trying) : "";
  if (signal == SIGPROF || signal == SIGALRM)
    return not_yet(fmt::format("it did not end within {} seconds{}", seconds, trying),
                   "a loop that never ends? Look at what ends each of yours");
  if (report().stack_full)
    return not_yet("it filled the stack" + trying,
                   "a recursion as deep as the input is long? Keep a list of what is still to do, and go through it "
                   "in a loop");
  const std::string crashed = fmt::format("it crashed{} ({})", trying, signal ? strsignal(signal) : "");
  switch (signal) {
    case 0:
      return not_yet("it ended the whole program" + trying, "return from the function, and call no exit");
    case SIGFPE:
      return not_yet(crashed, "a whole number that is divided by 0?");
    case SIGABRT:
      return not_yet(crashed, "the line above says why, if there is one; else a place outside an array?");
    default:
      return not_yet(crashed, "a place outside an array, or a pointer to nothing?");
  }
}

/// Checks it, and says what was found; whether it is done.
bool check(const Exercise& exercise) {
  // The name comes first, so that anything the exercise prints itself is below it.
  fmt::print("{}: ", exercise.name);
  std::fflush(stdout);
  report() = {};
  const pid_t child = fork();
  if (child == 0) check_alone(exercise);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) {
    tell(exercise, not_yet("no process could be started for it", "close other programs and try again"));
    return false;
  }
  if (report().told) return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  tell(exercise, cut_short(WIFSIGNALED(status) ? WTERMSIG(status) : 0));
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

void trying(const std::string& what) {
  fmt::format_to_n(report().trying, sizeof report().trying - 1, "{}{}", what.substr(0, 290), '\0');
}

AddExercise::AddExercise(Exercise exercise) {
  table().push_back(std::move(exercise));
}

}  // namespace tinymor

int main(int argc, char** argv) {
  using namespace tinymor;
  std::vector<std::string> names(argv + 1, argv + argc);
  if (names.size() > 1 && names[0] == "--seconds") {
    seconds = unsigned(std::max(1, std::atoi(names[1].c_str())));
    names.erase(names.begin(), names.begin() + 2);
  }
  const std::vector<Exercise> exercises = chosen(names);
  if (exercises.empty()) return 2;
  size_t finished = 0;
  for (const Exercise& exercise : exercises) finished += check(exercise);
  if (exercises.size() > 1) fmt::print("{} of {} done\n", finished, exercises.size());
  return finished == exercises.size() ? 0 : 1;
}
