#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_auxiliary() {
  struct Case {
    std::vector<double> scores;
    std::vector<bool> taken;
    double loss;
    std::vector<double> gradient;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {{0}, {true}, std::log(2), {-0.5}, "sigmoid(0) is 0.5: the loss is -log(0.5), and the score is pulled up"},
           {{0}, {false}, std::log(2), {0.5}, "not taken: the score is pushed down"},
           {{2, -2},
            {true, false},
            std::log(1 + std::exp(-2)),
            {-0.5 / (1 + std::exp(2)), 0.5 / (1 + std::exp(2))},
            "both signs are right: both losses are log(1 + e^-2); the mean is over two"},
           {{-1.3290, -0.3973, 0.9159, 0.2994, 0.7258, -0.4433},
            {false, true, true, true, true, false},
            0.4880,
            {0.0349, -0.0997, -0.0476, -0.0709, -0.0544, 0.0652},
            "the chapter's recursion 2"},
           {{1000}, {true}, 0, {0}, "e^1000 overflows: take the exponential of a negative number only"},
           {{-1000}, {true}, 1000, {-1}, "log(1 + e^1000) is 1000: log(1 + e^x) = x + log(1 + e^-x)"},
           {{1000}, {false}, 1000, {1}, "log(1 + e^1000) is 1000: log(1 + e^x) = x + log(1 + e^-x)"}}) {
    std::string taken;
    for (bool t : wanted.taken) taken += t ? " yes" : " no";
    const std::string what = fmt::format("scores {}, taken{}", fmt::join(wanted.scores, ", "), taken);
    trying(what);
    const AuxiliaryLoss given = auxiliary_loss(wanted.scores, wanted.taken);
    if (!(std::abs(given.loss - wanted.loss) < 1e-4))
      return not_yet(fmt::format("{}: the loss should be {:.4f}, you gave {:.4f}", what, wanted.loss, given.loss),
                     wanted.hint);
    bool right = given.gradient.size() == wanted.gradient.size();
    for (size_t i = 0; right && i < given.gradient.size(); ++i)
      right = std::abs(given.gradient[i] - wanted.gradient[i]) < 1e-4;
    if (!right)
      return not_yet(fmt::format("{}: the gradient should be {:.4f}, you gave {:.4f}", what,
                                 fmt::join(wanted.gradient, ", "), fmt::join(given.gradient, ", ")),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({7, "routers_4_auxiliary", "The auxiliary loss and its gradient",
                       "log(1 + e^-z) for a token that was taken, log(1 + e^z) for one that was not, without overflow; "
                       "(sigmoid(z) - taken) / n",
                       check_auxiliary});

}  // namespace
}  // namespace tinymor
