#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_broadcast() {
  struct Case {
    Shape a, b, result;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {{2, 3}, {2, 3}, {2, 3}, "equal shapes stay as they are"},
           {{4, 1}, {1, 3}, {4, 3}, "an extent of 1 gives way to the other"},
           {{4, 1}, {3}, {4, 3}, "align at the last axis, and read 1 where a shape has no axis"},
           {{3}, {2, 4, 3}, {2, 4, 3}, "align at the last axis, whichever of the two shapes is the longer one"},
           {{}, {2}, {2}, "a scalar has no axes at all: every one of them reads 1"},
           {{5, 1}, {1, 0}, {5, 0}, "1 against 0 gives 0: the result is not always the larger extent"}}) {
    trying(fmt::format("{} + {}", wanted.a, wanted.b));
    const Shape given = broadcast_shape(wanted.a, wanted.b);
    if (given != wanted.result)
      return not_yet(fmt::format("{} + {} should be {}, you gave {}", wanted.a, wanted.b, wanted.result, given),
                     wanted.hint);
  }
  struct Misfit {
    Shape a, b;
    const char* hint;
  };
  for (const Misfit& misfit :
       std::vector<Misfit>{{{2, 3}, {2, 4}, "3 against 4: neither agrees nor is 1; throw Error(\"...\") there"},
                           {{4, 3}, {2, 3}, "4 against 2: every axis has to fit, not the last one only"},
                           {{0}, {2}, "0 against 2: 0 gives way to 1 only"}}) {
    trying(fmt::format("{} + {}", misfit.a, misfit.b));
    try {
      const Shape given = broadcast_shape(misfit.a, misfit.b);
      return not_yet(fmt::format("{} + {} should throw, you gave {}", misfit.a, misfit.b, given), misfit.hint);
    } catch (const Error&) {
    }
  }
  return done();
}

const AddExercise add({2, "tensors_2_broadcast", "The shape of a sum",
                       "go through the axes from the last to the first, with a[-i] and b[-i]", check_broadcast});

}  // namespace
}  // namespace tinymor
