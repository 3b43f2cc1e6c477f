#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_gradient() {
  // f = x0^3 x1 + sin(x2): df = (3 x0^2 x1, x0^3, cos(x2))
  const std::vector<double> x{2, 5, 0.5};
  const auto f = [](const std::vector<double>& at) {
    if (at.size() != 3) throw Error(fmt::format("f takes 3 numbers, you gave it {}", at.size()));
    return at[0] * at[0] * at[0] * at[1] + std::sin(at[2]);
  };
  const std::vector<double> exact{60, 8, std::cos(0.5)};
  const double eps = 1e-3;
  const std::string setting = "f = x0^3 x1 + sin(x2) at (2, 5, 0.5), eps = 0.001";
  trying(setting);
  const std::vector<double> given = numeric_gradient(f, x, eps);
  if (given.size() != 3)
    return not_yet(fmt::format("{}: a gradient has 3 elements, you gave {}", setting, given.size()),
                   "one element of the result for each element of x");
  for (size_t i = 0; i < 3; ++i) {
    const double error = std::abs(given[i] - exact[i]);
    if (error < 1e-5 * (1 + std::abs(exact[i]))) continue;
    const std::string what =
        fmt::format("{}: element {} should be {:.6f}, you gave {:.6f}", setting, i, exact[i], given[i]);
    std::vector<double> moved = x;
    moved[i] += eps;
    const double above = f(moved);
    moved[i] = x[i] - eps;
    const double below = f(moved), forward = (above - f(x)) / eps, backward = (f(x) - below) / eps;
    if (std::abs(given[i] - 2 * exact[i]) < 1e-4 * (1 + std::abs(exact[i])))
      return not_yet(what, "just twice as much: the two places are 2 eps apart");
    if (std::abs(given[i] - forward) < 1e-7 || std::abs(given[i] - backward) < 1e-7)
      return not_yet(what, "that is a one-sided difference: its error shrinks with eps, the central one's with eps^2");
    if (i > 0) return not_yet(what, "is every other element back in its place while this one moves?");
    return not_yet(what);
  }
  trying("f = x^3 at 2, eps = 0.5");
  const std::vector<double> wide =
      numeric_gradient([](const std::vector<double>& at) { return at[0] * at[0] * at[0]; }, {2}, 0.5);
  if (wide.size() != 1 || !(std::abs(wide[0] - 12.25) < 1e-9))
    return not_yet(fmt::format("f = x^3 at 2, eps = 0.5: should be (2.5^3 - 1.5^3) / 1 = 12.25, you gave {}",
                               wide.empty() ? "nothing" : fmt::format("{}", wide[0])),
                   "the step is the eps that is given");
  return done();
}

const AddExercise add({3, "autograd_3_gradient_check", "A derivative without calculus",
                       "(f with +eps - f with -eps) / (2 eps), one element of x at a time", check_gradient});

}  // namespace
}  // namespace tinymor
