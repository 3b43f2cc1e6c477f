#include <algorithm>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_repair() {
  // First the leak: it is what this is about.
  for (const double last : {9.0, -9.0}) {
    const std::vector<double> scores{1, 3, 2, last};
    trying(fmt::format("scores {} with capacity 0.5", fmt::join(scores, ", ")));
    const std::vector<int64_t> given = best_so_far(scores, 0.5), before = best_so_far({1, 3, 2}, 0.5);
    for (int64_t place = 0; place < 3; ++place)
      if (std::count(given.begin(), given.end(), place) != std::count(before.begin(), before.end(), place))
        return not_yet(
            fmt::format("the scores 1, 3, 2, and then {}: place {} is taken or not depending on a later score", last,
                        place),
            "compare a token with those before it, and with no other");
  }
  struct Case {
    std::vector<double> scores;
    double capacity;
    std::vector<int64_t> taken;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {{-4}, 0.5, {0}, "the first token is the best of one"},
           {{1, 2, 3, 4}, 0.5, {0, 1, 2, 3}, "each is the best so far"},
           {{4, 3, 2, 1}, 0.5, {0}, "of four the best two: 1 has three better ones before it, and 3 one of two"},
           {{5, 5, 5, 5}, 0.5, {0}, "of equal scores the earlier one is the better"},
           {{1, 3, 2, 0, 4, 2.5}, 1, {0, 1, 2, 3, 4, 5}, "a capacity of 1 takes all"},
           {{3, 1, 2, 2.5, 0, 2.75},
            0.5,
            {0, 3, 5},
            "floor(0.5 * 4) = 2: at place 3 the second best so far is taken"}}) {
    const std::string what = fmt::format("scores {} with capacity {}", fmt::join(wanted.scores, ", "), wanted.capacity);
    trying(what);
    const std::vector<int64_t> given = best_so_far(wanted.scores, wanted.capacity);
    if (given != wanted.taken)
      return not_yet(fmt::format("{}: should take {}, you took {}", what, shown(wanted.taken), shown(given)),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({8, "causal_5_repair", "A choice that does not look ahead",
                       "count the earlier scores that are at least as large; take the token when they are fewer than "
                       "max(1, floor(c (t + 1)))",
                       check_repair});

}  // namespace
}  // namespace tinymor
