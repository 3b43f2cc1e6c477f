#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_trapezoid() {
  struct Case {
    int64_t step, steps, warmup, cooldown;
    double factor;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{{5, 10, 0, 0, 1, "without warm-up and cool-down it is always 1"},
                                              {1, 10, 4, 0, 0.25, "step 1 of a warm-up of 4"},
                                              {4, 10, 4, 0, 1, "in step 4 the warm-up of 4 is over"},
                                              {6, 10, 4, 4, 1, "four steps are left after step 6"},
                                              {7, 10, 4, 4, 1, "the first step of the cool-down still has 1"},
                                              {8, 10, 4, 4, 0.75, "three steps are left, this one included"},
                                              {10, 10, 4, 4, 0.25, "in the last step one is left: this one"},
                                              {10, 10, 10, 0, 1, "the warm-up may take all steps"},
                                              {1, 10, 0, 10, 1, "and so may the cool-down"},
                                              {10, 10, 0, 10, 0.1, "one of ten steps is left"}}) {
    trying(fmt::format("step {} of {}, warm-up {}, cool-down {}", wanted.step, wanted.steps, wanted.warmup,
                       wanted.cooldown));
    const double given = trapezoid(wanted.step, wanted.steps, wanted.warmup, wanted.cooldown);
    if (!(std::abs(given - wanted.factor) < 1e-9))
      return not_yet(fmt::format("step {} of {}, warm-up {}, cool-down {}: should be {:g}, you gave {:g}", wanted.step,
                                 wanted.steps, wanted.warmup, wanted.cooldown, wanted.factor, given),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({16, "training_3_trapezoid", "The learning rate of each step",
                       "the smallest of step / warmup, 1 and steps left / cooldown, where those are not 0",
                       check_trapezoid});

}  // namespace
}  // namespace tinymor
