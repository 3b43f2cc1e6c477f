// The program that checks exercises: those named on the command line, or all it was linked with. It ends with status 0
// when all of them are done, 1 when not, 2 for a name it does not know.
#include "checks.h"

#include <algorithm>
#include <cstdio>
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
  for (const Exercise& exercise : exercises) {
    // The name comes first, so that a crash shows where it happened.
    fmt::print("{}: ", exercise.name);
    std::fflush(stdout);
    const Finding found = look_at(exercise);
    if (found.done) {
      fmt::print("done{}{}\n", found.text.empty() ? "" : ", ", found.text);
      ++finished;
    } else {
      fmt::print("not yet: {}\nhint: {}\n", found.text, found.hint.empty() ? exercise.hint : found.hint);
    }
  }
  if (exercises.size() > 1) fmt::print("{} of {} done\n", finished, exercises.size());
  return finished == exercises.size() ? 0 : 1;
}
