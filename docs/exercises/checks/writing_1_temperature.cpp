#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_temperature() {
  struct Case {
    std::vector<double> logits;
    double temperature;
    std::vector<double> probabilities;
    const char* hint;
  };
  const double e = std::exp(1);
  for (const Case& wanted : std::vector<Case>{
           {{0, 0}, 1, {0.5, 0.5}, "equal logits have equal probabilities, which sum to 1"},
           {{1, 0}, 1, {e / (e + 1), 1 / (e + 1)}, "e to the power of each logit, divided by the sum of all"},
           {{2, 0}, 2, {e / (e + 1), 1 / (e + 1)}, "divide each logit by the temperature first"},
           {{0, 3, 3}, 0, {0, 1, 0}, "temperature 0 leaves the likeliest token, of equal ones the first"},
           {{1000, 999}, 1, {e / (e + 1), 1 / (e + 1)}, "take the largest logit away from each first"},
           {{-1000, -999}, 1, {1 / (e + 1), e / (e + 1)}, "take the largest logit away from each first"}}) {
    trying(fmt::format("logits {} at temperature {}", fmt::join(wanted.logits, ", "), wanted.temperature));
    const std::vector<double> given = probabilities_of(wanted.logits, wanted.temperature);
    bool right = given.size() == wanted.probabilities.size();
    for (size_t i = 0; right && i < given.size(); ++i) right = std::abs(given[i] - wanted.probabilities[i]) < 1e-9;
    if (!right)
      return not_yet(
          fmt::format("logits {} at temperature {}: should be {:.4f}, you gave {:.4f}", fmt::join(wanted.logits, ", "),
                      wanted.temperature, fmt::join(wanted.probabilities, ", "), fmt::join(given, ", ")),
          wanted.hint);
  }
  return done();
}

const AddExercise add({13, "writing_1_temperature", "From logits to probabilities",
                       "the softmax of logits / temperature; at 0, all for the largest", check_temperature});

}  // namespace
}  // namespace tinymor
