#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_cross_entropy() {
  struct Case {
    std::vector<double> logits;
    int64_t target;
    double loss;
    std::vector<double> gradient;
    const char* hint;
  };
  const double e = std::exp(1), p = e / (e + 1);
  for (const Case& wanted : std::vector<Case>{
           {{0, 0}, 0, std::log(2), {-0.5, 0.5}, "both have the probability 0.5, and the loss is -log(0.5)"},
           {{1, 0}, 0, -std::log(p), {p - 1, 1 - p}, "the loss is log(e^1 + e^0) - 1"},
           {{1, 0}, 1, -std::log(1 - p), {p, -p}, "the target has the smaller logit here"},
           {{0, 0, 0, 0}, 2, std::log(4), {0.25, 0.25, -0.75, 0.25}, "the gradient adds up to 0"},
           {{1000, 999}, 0, -std::log(p), {p - 1, 1 - p}, "take the largest logit away from each first"},
           {{-1000, 1000}, 0, 2000, {-1, 1}, "the log of a probability of 0 is no number: log(sum) - logit"}}) {
    const std::string what = fmt::format("logits {}, target {}", fmt::join(wanted.logits, ", "), wanted.target);
    trying(what);
    const auto [loss, gradient] = cross_entropy_of(wanted.logits, wanted.target);
    if (!(std::abs(loss - wanted.loss) < 1e-9))
      return not_yet(fmt::format("{}: the loss should be {:.4f}, you gave {:.4f}", what, wanted.loss, loss),
                     wanted.hint);
    bool right = gradient.size() == wanted.gradient.size();
    for (size_t i = 0; right && i < gradient.size(); ++i) right = std::abs(gradient[i] - wanted.gradient[i]) < 1e-9;
    if (!right)
      return not_yet(fmt::format("{}: the gradient should be {:.4f}, you gave {:.4f}", what,
                                 fmt::join(wanted.gradient, ", "), fmt::join(gradient, ", ")),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({16, "training_1_cross_entropy", "A loss and its gradient",
                       "log(sum of e^logit) - logit of the target; softmax less 1 at the target", check_cross_entropy});

}  // namespace
}  // namespace tinymor
