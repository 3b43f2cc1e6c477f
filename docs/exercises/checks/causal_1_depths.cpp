#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_depths() {
  struct Case {
    std::vector<std::vector<double>> scores;
    std::vector<int64_t> depths;
    const char* hint;
  };
  for (const Case& wanted :
       std::vector<Case>{{{{1, 1, 1}, {1, 1, -1}}, {3, 2}, "count the recursions until a score is negative"},
                         {{{-1, 1, -1}}, {2}, "the first recursion takes every token, whatever its score"},
                         {{{1, -1, 1}}, {1}, "a token that is out stays out: a later score does not count any more"},
                         {{{1, 0, 0}}, {3}, "a score of exactly 0 goes on"},
                         {{{-1}, {1}}, {1, 1}, "there is only one recursion here"}}) {
    std::string text;
    for (const std::vector<double>& token : wanted.scores) text += fmt::format("({}) ", fmt::join(token, ", "));
    trying("scores " + text);
    const std::vector<int64_t> given = causal_depths(wanted.scores);
    if (given != wanted.depths)
      return not_yet(
          fmt::format("scores {}: depths should be {}, you gave {}", text, shown(wanted.depths), shown(given)),
          wanted.hint);
  }
  return done();
}

const AddExercise add({8, "causal_1_depths", "Depths under the causal rule",
                       "begin with depth 1 and go on while the score of that recursion is 0 or more", check_depths});

}  // namespace
}  // namespace tinymor
