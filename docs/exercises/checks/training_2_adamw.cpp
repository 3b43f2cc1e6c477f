#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_adamw() {
  struct Case {
    AdamWWeight before;
    double gradient;
    AdamWRates rates;
    AdamWWeight after;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {{1, 0, 0, 0},
            4,
            {0.1, 0.5, 0.75, 0, 0},
            {0.9, 2, 4, 1},
            "m and v begin at 0: m is half of 4, v a quarter of 16"},
           {{1, 0, 0, 0},
            -4,
            {0.1, 0.5, 0.75, 0, 0},
            {1.1, -2, 4, 1},
            "against the gradient: a negative one makes x larger"},
           {{1, 2, 4, 1},
            0,
            {0.1, 0.5, 0.75, 0, 0},
            {1 - 0.1 * (1 / 0.75) / std::sqrt(3 / 0.4375), 1, 3, 2},
            "in step 2, m is divided by 1 - 0.5^2 and v by 1 - 0.75^2"},
           {{1, 0, 0, 0},
            4,
            {0.1, 0.5, 0.75, 0, 0.5},
            {0.85, 2, 4, 1},
            "the decay takes lr * weight_decay * x more; m and v do not see it"},
           {{3, 0, 0, 0}, 4, {0.1, 0.5, 0.75, 4, 0}, {2.95, 2, 4, 1}, "eps is added to the root, not under it"},
           {{1, 0, 0, 0},
            0,
            {0.1, 0.5, 0.75, 1e-8, 0},
            {1, 0, 0, 1},
            "without a gradient and a decay nothing moves"}}) {
    const auto& [lr, beta1, beta2, eps, decay] = wanted.rates;
    const std::string what = fmt::format(
        "x {}, m {}, v {} after {} steps, gradient {}, lr {}, betas {} and {}, eps {}, decay {}", wanted.before.x,
        wanted.before.m, wanted.before.v, wanted.before.steps, wanted.gradient, lr, beta1, beta2, eps, decay);
    trying(what);
    AdamWWeight given = wanted.before;
    adamw_step(given, wanted.gradient, wanted.rates);
    const auto far = [](double a, double b) { return !(std::abs(a - b) < 1e-9); };
    for (const auto& [name, is, should] :
         {std::tuple{"m", given.m, wanted.after.m}, {"v", given.v, wanted.after.v}, {"x", given.x, wanted.after.x}})
      if (far(is, should))
        return not_yet(fmt::format("{}: {} should be {:.6g}, you gave {:.6g}", what, name, should, is), wanted.hint);
    if (given.steps != wanted.after.steps)
      return not_yet(fmt::format("{}: steps should be {}, you gave {}", what, wanted.after.steps, given.steps),
                     "count the step, before the corrections need it");
  }
  return done();
}

const AddExercise add({16, "training_2_adamw", "A step of AdamW",
                       "m and v, both divided by 1 - beta^steps, then x -= lr (m / (sqrt(v) + eps) + decay x)",
                       check_adamw});

}  // namespace
}  // namespace tinymor
