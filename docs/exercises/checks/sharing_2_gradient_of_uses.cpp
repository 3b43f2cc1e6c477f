#include <cmath>
#include <numeric>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

double last_h(double h, double w, int64_t uses) {
  for (int64_t r = 0; r < uses; ++r) h += w * h * h;
  return h;
}

Finding check_gradient_of_uses() {
  struct Case {
    double h0, w;
    int64_t uses;
    std::vector<double> gradients;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {3, 2, 1, {9}, "one use: h1 = h0 + w h0^2 moves by h0^2"},
           {1, 1, 2, {5, 4}, "h1 = 2: the second use gets 2^2, and passes 1 + 2 w h1 = 5 on to the first"},
           {1, 1, 3, {65, 52, 36}, "the example of the chapter; element r belongs to use r, the first use comes first"},
           {2, -0.25, 2, {2, 1}, "h1 = 2 - 0.25 * 4 = 1: the h in the formulas is the one before the step"},
           {2, 0, 3, {4, 4, 4}, "w = 0 changes nothing: every use sees h0 and passes all of g on"}}) {
    const std::string setting = fmt::format("h0 = {}, w = {}, {} uses", wanted.h0, wanted.w, wanted.uses);
    trying(setting);
    const std::vector<double> given = gradient_of_uses(wanted.h0, wanted.w, wanted.uses);
    if (int64_t(given.size()) != wanted.uses)
      return not_yet(fmt::format("{}: should have {} numbers, you gave {}", setting, wanted.uses, given.size()),
                     "one gradient for each use");
    for (size_t r = 0; r < given.size(); ++r)
      if (!(std::abs(given[r] - wanted.gradients[r]) < 1e-9))
        return not_yet(fmt::format("{}: use {} should have {}, you gave {}", setting, r, wanted.gradients[r], given[r]),
                       wanted.hint);
  }
  // Their sum is the derivative, as measured.
  const double h0 = 0.5, w = 0.3, eps = 1e-5;
  trying("h0 = 0.5, w = 0.3, 5 uses");
  const std::vector<double> given = gradient_of_uses(h0, w, 5);
  const double sum = std::accumulate(given.begin(), given.end(), 0.0);
  const double measured = (last_h(h0, w + eps, 5) - last_h(h0, w - eps, 5)) / (2 * eps);
  if (!(std::abs(sum - measured) < 1e-6))
    return not_yet(
        fmt::format("h0 = 0.5, w = 0.3, 5 uses: the sum should be {:.6f}, as measured, yours is {:.6f}", measured, sum),
        "");
  return done();
}

const AddExercise add({6, "sharing_2_gradient_of_uses", "The gradient of a shared weight, use by use",
                       "forwards: keep every h. Backwards from the last use: w gets g h^2, then g becomes g (1 + 2wh)",
                       check_gradient_of_uses});

}  // namespace
}  // namespace tinymor
