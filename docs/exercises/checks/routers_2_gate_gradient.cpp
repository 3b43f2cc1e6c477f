#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

bool near(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i)
    if (!(std::abs(a[i] - b[i]) < 1e-6)) return false;
  return true;
}

Finding check_gate() {
  struct Case {
    double alpha, z;
    std::vector<double> y, g, dy;
    double dz;
  };
  for (const Case& wanted : std::vector<Case>{{1, 0, {4}, {1}, {0.5}, 1},
                                              {0.5, 0, {4, 2}, {1, 10}, {0.25, 2.5}, 3},
                                              {0.1, -0.397329, {2.858005, 0.484089}, {1, 0}, {0.0401954, 0}, 0.0687027},
                                              {0.1, 0, {}, {}, {}, 0}}) {
    const auto list = [](const std::vector<double>& x) { return fmt::format("({})", fmt::join(x, ", ")); };
    const std::string setting =
        fmt::format("alpha = {}, z = {}, y = {}, g = {}", wanted.alpha, wanted.z, list(wanted.y), list(wanted.g));
    trying(setting);
    const GateGrads given = gate_backward(wanted.alpha, wanted.z, wanted.y, wanted.g);
    if (!near(given.dx, wanted.g))
      return not_yet(fmt::format("{}: dx should be {}, you gave {}", setting, list(wanted.g), list(given.dx)),
                     "x is added as it is: a change of x is a change of x'");
    if (!near(given.dy, wanted.dy))
      return not_yet(fmt::format("{}: dy should be {}, you gave {}", setting, list(wanted.dy), list(given.dy)),
                     "y is multiplied by alpha sigmoid(z), and so is what comes back");
    if (!(std::abs(given.dz - wanted.dz) < 1e-6))
      return not_yet(fmt::format("{}: dz should be {}, you gave {}", setting, wanted.dz, given.dz),
                     "the sum over i of g[i] y[i], times alpha and the slope sigmoid(z) (1 - sigmoid(z))");
  }
  return done();
}

const AddExercise add({7, "routers_2_gate_gradient", "The backward of the gate",
                       "dx = g, dy = alpha sigmoid(z) g, and dz is one number", check_gate});

}  // namespace
}  // namespace tinymor
