#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_nucleus() {
  struct Case {
    std::vector<double> probabilities;
    double p;
    std::vector<int64_t> left;
    const char* hint;
  };
  for (const Case& wanted :
       std::vector<Case>{{{0.5, 0.25, 0.25}, 0.5, {0}, "the likeliest has 0.5 by itself"},
                         {{0.25, 0.5, 0.25}, 0.625, {1, 0}, "likeliest first; the one that reaches p belongs to them"},
                         {{0.25, 0.25, 0.5}, 1, {2, 0, 1}, "of equal ones the earlier comes first: std::stable_sort"},
                         {{0.5, 0.5}, 0, {0}, "at least one token is left"}}) {
    trying(fmt::format("top-p {} of {}", wanted.p, fmt::join(wanted.probabilities, ", ")));
    const std::vector<int64_t> given = nucleus_of(wanted.probabilities, wanted.p);
    if (given != wanted.left)
      return not_yet(fmt::format("top-p {} of {}: should be {}, you gave {}", wanted.p,
                                 fmt::join(wanted.probabilities, ", "), shown(wanted.left), shown(given)),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({13, "writing_2_top_p", "The tokens that top-p leaves",
                       "sort places by probability and keep them until their sum reaches p", check_nucleus});

}  // namespace
}  // namespace tinymor
