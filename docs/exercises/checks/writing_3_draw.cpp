#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_draw() {
  struct Case {
    std::vector<double> weights;
    double number;
    int64_t place;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{{{0.5, 0.25, 0.25}, 0.1, 0, "0.1 is in the first piece"},
                                              {{0.5, 0.25, 0.25}, 0.6, 1, "0.6 is beyond 0.5 and before 0.75"},
                                              {{0.5, 0.25, 0.25}, 0.5, 1, "the first piece ends before 0.5"},
                                              {{2, 1, 1}, 0.9, 2, "the number is a share of the sum of the weights"},
                                              {{1, 0, 1}, 0.5, 2, "a weight of 0 is never drawn"},
                                              {{1, 1, 0}, 0.999, 1, "a weight of 0 is never drawn"}}) {
    trying(fmt::format("{} at {}", fmt::join(wanted.weights, ", "), wanted.number));
    const int64_t given = drawn(wanted.weights, wanted.number);
    if (given != wanted.place)
      return not_yet(fmt::format("{} at {}: should be {}, you gave {}", fmt::join(wanted.weights, ", "), wanted.number,
                                 wanted.place, given),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({13, "writing_3_draw", "Drawing a token",
                       "take the weights away from number times their sum, one after the other", check_draw});

}  // namespace
}  // namespace tinymor
