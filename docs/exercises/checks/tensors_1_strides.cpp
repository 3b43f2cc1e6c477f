#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_strides() {
  struct Case {
    Shape shape;
    std::vector<int64_t> strides;
  };
  for (const Case& wanted : std::vector<Case>{{{2, 3}, {3, 1}},
                                              {{5}, {1}},
                                              {{2, 3, 4}, {12, 4, 1}},
                                              {{4, 1, 3}, {3, 3, 1}},
                                              {{}, {}},
                                              {{7, 2, 5, 2}, {20, 10, 2, 1}}}) {
    trying(fmt::format("strides of {}", wanted.shape));
    const std::vector<int64_t> given = strides_of(wanted.shape);
    if (given != wanted.strides)
      return not_yet(
          fmt::format("strides of {} should be {}, you gave {}", wanted.shape, shown(wanted.strides), shown(given)),
          given.size() != wanted.strides.size() ? "there is one stride per axis" : "");
  }
  return done();
}

const AddExercise add({2, "tensors_1_strides", "The strides of a row-major array",
                       "begin at the last axis with a step of 1, and multiply the step by each extent you pass",
                       check_strides});

}  // namespace
}  // namespace tinymor
