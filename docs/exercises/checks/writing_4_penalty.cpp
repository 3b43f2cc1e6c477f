#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_penalty() {
  struct Case {
    std::vector<double> logits;
    std::vector<int64_t> text;
    double penalty;
    int64_t last;
    std::vector<double> after;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {{4, 2}, {0}, 2, 0, {2, 2}, "token 0 is in the text: 4 / 2"},
           {{-1.5, 1}, {0}, 2, 0, {-3, 1}, "a negative logit is multiplied: -0.75 would be likelier than -1.5"},
           {{4, 2}, {0, 0}, 2, 0, {2, 2}, "twice in the text is no more than once"},
           {{4, 2, 6}, {0, 2, 1}, 2, 2, {4, 1, 3}, "of the last two tokens 0 is none"},
           {{4, 2, 6}, {0, 1}, 2, 5, {2, 1, 6}, "the text is shorter than that: all of it counts"},
           {{4, 2, 6}, {}, 2, 0, {4, 2, 6}, "an empty text changes nothing"},
           {{3, 2, 1.5, 0, -1, -2}, {0, 4}, 1.5, 0, {2, 2, 1.5, 0, -1.5, -2}, "the chapter's example"}}) {
    const std::string what = fmt::format("logits ({}), text {}, penalty {}, last {}", fmt::join(wanted.logits, ", "),
                                         shown(wanted.text), wanted.penalty, wanted.last);
    trying(what);
    const std::vector<double> given = penalised(wanted.logits, wanted.text, wanted.penalty, wanted.last);
    bool right = given.size() == wanted.after.size();
    for (size_t i = 0; right && i < given.size(); ++i) right = std::abs(given[i] - wanted.after[i]) < 1e-12;
    if (!right)
      return not_yet(fmt::format("{}: should be ({:.2f}), you gave ({:.2f})", what, fmt::join(wanted.after, ", "),
                                 fmt::join(given, ", ")),
                     wanted.hint);
  }
  return done();
}

const AddExercise add(
    {13, "writing_4_penalty", "A penalty for repeating",
     "for each token of the text, once: a positive logit is divided by the penalty, another one multiplied",
     check_penalty});

}  // namespace
}  // namespace tinymor
