#include <algorithm>
#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

double in_two_passes(const std::vector<double>& x) {
  const double largest = *std::max_element(x.begin(), x.end());
  double sum = 0;
  for (double number : x) sum += std::exp(number - largest);
  return largest + std::log(sum);
}

Finding check_online() {
  struct Case {
    std::vector<double> x;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {{3}, "one number: log(e^x) is x"},
           {{2, 2}, "log(e^2 + e^2) is 2 + log(2)"},
           {{3, 1, 2}, "here the first number stays the largest: add e^(x - largest) for each"},
           {{1, 3, 2}, "3 is a new largest: the sum so far must be multiplied by e^(old largest - new largest)"},
           {{1000, 1001}, "e^1000 overflows: take the exponential of differences only"},
           {{-1000, -1001}, "e^-1000 is 0: begin with the first number as the largest, not with 0"},
           {{-1000, 0, 1000, 0}, "the largest changes twice here"}}) {
    size_t given_out = 0;
    const std::string list = fmt::format("{}", fmt::join(wanted.x, ", "));
    trying("the numbers " + list);
    const double given = online_log_sum_exp([&](double& x) {
      if (given_out == wanted.x.size()) return false;
      x = wanted.x[given_out++];
      return true;
    });
    const double right = in_two_passes(wanted.x);
    if (given_out < wanted.x.size())
      return not_yet(fmt::format("of the numbers {} you took {}", list, given_out),
                     "for (double x; next(x);) takes them all");
    if (!(std::abs(given - right) < 1e-9 * (1 + std::abs(right))))
      return not_yet(fmt::format("of the numbers {} it should be {:.6f}, you gave {:.6f}", list, right, given),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({4, "fast_3_online_softmax", "log(sum(e^x)) in one pass",
                       "keep the largest so far and the sum of e^(x - largest) so far", check_online});

}  // namespace
}  // namespace tinymor
