#include <algorithm>
#include <cmath>
#include <limits>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

using Gradients = std::vector<std::vector<double>>;

std::string listed(const Gradients& gradients) {
  std::string text;
  for (const std::vector<double>& tensor : gradients)
    text += fmt::format("{}({:.2f})", text.empty() ? "" : " ", fmt::join(tensor, ", "));
  return text;
}

bool close(double a, double b) {
  return std::isnan(b) ? std::isnan(a) : a == b || std::abs(a - b) < 1e-9 * std::max(1.0, std::abs(b));
}

Finding check_clip() {
  const double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  struct Case {
    Gradients before;
    double limit, norm;
    Gradients after;
    const char* hint;
  };
  for (const Case& wanted :
       std::vector<Case>{{{{0.3, 0.4}}, 1, 0.5, {{0.3, 0.4}}, "a norm of 0.5 is below the limit"},
                         {{{3, 4}}, 1, 5, {{0.6, 0.8}}, "divide all by 5"},
                         {{{3}, {4}}, 1, 5, {{0.6}, {0.8}}, "one norm for all tensors together"},
                         {{{6, 0}, {0, -8}}, 2, 10, {{1.2, 0}, {0, -1.6}}, "the limit is 2 here"},
                         {{{0, 0}}, 1, 0, {{0, 0}}, "zeros: divide by no norm of 0"},
                         {{{3e200, 4e200}},
                          1,
                          5e200,
                          {{0.6, 0.8}},
                          "the square of 3e200 is infinite: divide by the largest size first"},
                         {{{1, nan}, {7}}, 1, nan, {{1, nan}, {7}}, "not a number: leave all as it is"},
                         {{{1, -infinity}}, 1, -infinity, {{1, -infinity}}, "infinite: leave all as it is"},
                         {{}, 1, 0, {}, "no gradients: a norm of 0"}}) {
    const std::string what = fmt::format("gradients {}, limit {}", listed(wanted.before), wanted.limit);
    trying(what);
    Gradients given = wanted.before;
    const double norm = clip_gradients_to(wanted.limit, given);
    const bool left_out = !std::isfinite(wanted.norm);
    if (left_out ? std::isfinite(norm) : !close(norm, wanted.norm))
      return not_yet(fmt::format("{}: the norm should be {:g}, you gave {:g}", what, wanted.norm, norm), wanted.hint);
    bool right = given.size() == wanted.after.size();
    for (size_t i = 0; right && i < given.size(); ++i) {
      right = given[i].size() == wanted.after[i].size();
      for (size_t j = 0; right && j < given[i].size(); ++j) right = close(given[i][j], wanted.after[i][j]);
    }
    if (!right)
      return not_yet(
          fmt::format("{}: {} {}, you left {}", what, left_out ? "should be left as they are," : "should become",
                      listed(wanted.after), listed(given)),
          wanted.hint);
  }
  return done();
}

const AddExercise add(
    {16, "training_4_clip", "Clipping, and steps that are left out",
     "one norm over all gradients of all tensors; scale all by the same factor when it is above the limit",
     check_clip});

}  // namespace
}  // namespace tinymor
