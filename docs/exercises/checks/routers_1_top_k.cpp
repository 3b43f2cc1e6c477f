#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_top_k() {
  struct Case {
    std::vector<double> scores;
    int64_t k;
    std::vector<int64_t> places;
    const char* hint;
  };
  for (const Case& wanted :
       std::vector<Case>{{{1, 5, 3}, 1, {1}, "the place of the largest score"},
                         {{5, 1, 3}, 2, {0, 2}, "the places of the two largest"},
                         {{1, 5, 3, 4}, 3, {1, 2, 3}, "sort the places that you keep: the result ascends"},
                         {{-1.329, -0.397, 0.916, 0.299, 0.726, -0.443},
                          4,
                          {1, 2, 3, 4},
                          "negative scores can be among the best, too"},
                         {{2, 3, 2, 2}, 2, {0, 1}, "of equal scores the earlier one is taken: std::stable_sort"},
                         {{1, 2}, 5, {0, 1}, "there are fewer than k: take all"}}) {
    trying(fmt::format("the best {} of {}", wanted.k, fmt::join(wanted.scores, ", ")));
    const std::vector<int64_t> given = top_k_in_order(wanted.scores, wanted.k);
    if (given != wanted.places)
      return not_yet(fmt::format("the best {} of {}: should be {}, you gave {}", wanted.k,
                                 fmt::join(wanted.scores, ", "), shown(wanted.places), shown(given)),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({7, "routers_1_top_k", "The k best, in the order of the text",
                       "sort places by score, keep k of them, sort those again", check_top_k});

}  // namespace
}  // namespace tinymor
