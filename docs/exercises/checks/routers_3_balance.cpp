#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_balance() {
  struct Case {
    std::vector<std::vector<double>> scores;
    Balance right;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {{{0.75, 0.25}, {0.25, 0.75}}, {1, 0}, "both depths are chosen once and have the same mean: the loss is 1"},
           {{{1, 0, 0}, {1, 0, 0}}, {3, 2}, "all choose one depth and are sure of it: the loss is N, MaxVio N - 1"},
           {{{0.5, 0.5}, {0.5, 0.5}}, {1, 1}, "of equal scores the shallowest is chosen: the load is 1 and 0"},
           {{{0.5, 0.25, 0.25}, {0.5, 0.375, 0.125}, {0.25, 0.5, 0.25}, {0.5, 0, 0.5}},
            {1.1953125, 1.25},
            "load 3/4, 1/4, 0 and means 0.4375, 0.28125, 0.28125"}}) {
    std::string text;
    for (const std::vector<double>& token : wanted.scores) text += fmt::format("({}) ", fmt::join(token, ", "));
    trying("scores " + text);
    const Balance given = balance_of(wanted.scores);
    if (!(std::abs(given.loss - wanted.right.loss) < 1e-9))
      return not_yet(fmt::format("{}: the loss should be {}, you gave {}", text, wanted.right.loss, given.loss),
                     wanted.hint);
    if (!(std::abs(given.max_violation - wanted.right.max_violation) < 1e-9))
      return not_yet(
          fmt::format("{}: MaxVio should be {}, you gave {}", text, wanted.right.max_violation, given.max_violation),
          wanted.hint);
  }
  return done();
}

const AddExercise add({7, "routers_3_balance", "Is it balanced?",
                       "count the loads, average the scores, and multiply depth by depth", check_balance});

}  // namespace
}  // namespace tinymor
