#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_dead() {
  struct Case {
    std::vector<std::vector<int64_t>> depths;
    double share;
    const char* hint;
    int64_t recursions = 3;
  };
  for (const Case& wanted : std::vector<Case>{
           {{{1, 3, 2, 3, 2, 1}, {1, 3, 2, 3, 2, 1}, {2, 3, 1, 3, 1, 2}},
            4.0 / 6,
            "positions 1 and 3 alone reach depth 3"},
           {{{1, 3, 2, 3, 2, 1}, {3, 1, 2, 3, 1, 2}, {1, 3, 1, 2, 3, 2}}, 2.0 / 6, "one text is enough to be alive"},
           {{{3, 3}}, 0, "no position is dead here"},
           {{{1, 2, 2}}, 1, "no position reaches depth 3"},
           {{{1, 2, 2, 1}}, 0.5, "two recursions here: depth 2 is all of them", 2}}) {
    std::string text;
    for (const std::vector<int64_t>& depths : wanted.depths) text += shown(depths) + " ";
    trying("depths " + text);
    const double given = dead_share(wanted.depths, wanted.recursions);
    if (!(std::abs(given - wanted.share) < 1e-9))
      return not_yet(fmt::format("depths {}and {} recursions: should be {:.4f}, you gave {:.4f}", text,
                                 wanted.recursions, wanted.share, given),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({8, "causal_3_dead", "Dead positions",
                       "for each position look through all texts for a depth equal to `recursions`", check_dead});

}  // namespace
}  // namespace tinymor
