#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_in_order() {
  struct Case {
    std::vector<double> logits;
    Cuts cuts;
    std::vector<double> after;
    const char* hint;
  };
  const double e = std::exp(1), p = e / (e + 1);
  const std::vector<double> six{2, 2, 1.5, 0, -1.5, -2};
  for (const Case& wanted : std::vector<Case>{
           {{1, 0}, {}, {p, 1 - p}, "nothing is cut: the softmax"},
           {{2, 0}, {.temperature = 2}, {p, 1 - p}, "divide by the temperature first"},
           {{0, 0, -9}, {.min_p = 0.5}, {0.5, 0.5, 0}, "the largest weight is 1, and e^-9 is less than 0.5"},
           {{0, 1, 1, 1}, {.top_k = 2}, {0, 0.5, 0.5, 0}, "of equal ones the smaller number comes first"},
           {{1, 0}, {.top_p = 0.5}, {1, 0}, "the likeliest has more than half by itself"},
           {{1000, 999}, {}, {p, 1 - p}, "take the largest logit away from each first"},
           {six,
            {.temperature = 0.8, .min_p = 0.05, .top_k = 3},
            {0.3944, 0.3944, 0.2111, 0, 0, 0},
            "the chapter's example, as far as top-k"},
           {six,
            {.temperature = 0.8, .min_p = 0.05, .top_k = 3, .top_p = 0.78},
            {0.5, 0.5, 0, 0, 0, 0},
            "after top-k two tokens have 0.7888 of the probability that is left; of all tokens' they would have less"},
           {{0, -1}, {.min_p = 1, .top_p = 0}, {1, 0}, "the likeliest is always left"}}) {
    const std::string what =
        fmt::format("logits ({}), temperature {}, min-p {}, top-k {}, top-p {}", fmt::join(wanted.logits, ", "),
                    wanted.cuts.temperature, wanted.cuts.min_p, wanted.cuts.top_k, wanted.cuts.top_p);
    trying(what);
    const std::vector<double> given = after_cuts(wanted.logits, wanted.cuts);
    bool right = given.size() == wanted.after.size();
    for (size_t i = 0; right && i < given.size(); ++i) right = std::abs(given[i] - wanted.after[i]) < 1e-4;
    if (!right)
      return not_yet(fmt::format("{}: should be ({:.4f}), you gave ({:.4f})", what, fmt::join(wanted.after, ", "),
                                 fmt::join(given, ", ")),
                     wanted.hint);
  }
  return done();
}

const AddExercise add(
    {13, "writing_5_in_order", "All of them, in order",
     "weights e^((logit - largest) / T); min-p, then top-k on what is left, then top-p on the sum of what is left",
     check_in_order});

}  // namespace
}  // namespace tinymor
