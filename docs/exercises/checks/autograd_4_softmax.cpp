#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

std::vector<double> softmax(const std::vector<double>& x) {
  std::vector<double> y;
  double sum = 0;
  for (double number : x) sum += std::exp(number);
  for (double number : x) y.push_back(std::exp(number) / sum);
  return y;
}

Finding check_softmax() {
  struct Case {
    std::vector<double> y, g, dx;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {{1}, {5}, {0}, "a softmax of one number is 1, whatever the number: nothing moves it"},
           {{0.5, 0.5}, {1, 0}, {0.25, -0.25}, "when the first y rises the second falls: both x have a part in it"},
           {{0.5, 0.5}, {0, 1}, {-0.25, 0.25}, "what arrives at the second y reaches both x"},
           {{0.25, 0.75}, {4, 4}, {0, 0}, "the y always sum to 1, so raising all of them is not possible"},
           {{0.25, 0.25, 0.5}, {1, 0, 2}, {-0.0625, -0.3125, 0.375}, "the mean of g, weighted by y, is 1.25"}}) {
    const std::string what = fmt::format("y = ({}), g = ({})", fmt::join(wanted.y, ", "), fmt::join(wanted.g, ", "));
    trying(what);
    const std::vector<double> given = softmax_backward(wanted.y, wanted.g);
    bool right = given.size() == wanted.dx.size();
    for (size_t i = 0; right && i < given.size(); ++i) right = std::abs(given[i] - wanted.dx[i]) < 1e-12;
    if (!right)
      return not_yet(
          fmt::format("{}: dx should be ({}), you gave ({})", what, fmt::join(wanted.dx, ", "), fmt::join(given, ", ")),
          wanted.hint);
  }
  // As measured: the loss is the sum of g y.
  const std::vector<double> x{0.3, -1, 2, 0.5}, g{1, -2, 0.5, 3};
  trying("x = (0.3, -1, 2, 0.5), g = (1, -2, 0.5, 3)");
  const std::vector<double> given = softmax_backward(softmax(x), g);
  for (size_t i = 0; i < x.size(); ++i) {
    const double eps = 1e-6;
    double measured = 0;
    for (double move : {eps, -eps}) {
      std::vector<double> moved = x;
      moved[i] += move;
      const std::vector<double> y = softmax(moved);
      for (size_t j = 0; j < y.size(); ++j) measured += g[j] * y[j] / (2 * move);
    }
    if (!(given.size() == x.size() && std::abs(given[i] - measured) < 1e-7))
      return not_yet(
          fmt::format("the softmax of (0.3, -1, 2, 0.5), g = (1, -2, 0.5, 3): dx[{}] should be {:.6f}, as "
                      "measured, yours are ({:.6f})",
                      i, measured, fmt::join(given, ", ")));
  }
  return done();
}

const AddExercise add({3, "autograd_4_softmax", "The backward of softmax",
                       "dx[i] = y[i] (g[i] - the sum over j of g[j] y[j])", check_softmax});

}  // namespace
}  // namespace tinymor
