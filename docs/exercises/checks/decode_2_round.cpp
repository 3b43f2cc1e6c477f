#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_round() {
  struct Case {
    std::vector<double> row;
    double scale;
    std::vector<int64_t> numbers;
    const char* hint;
  };
  for (const Case& wanted :
       std::vector<Case>{{{127, 64, -1}, 1, {127, 64, -1}, "the largest is 127 already: the scale is 1"},
                         {{1, -2, 0.5},
                          2.0 / 127,
                          {64, -127, 32},
                          "the largest size decides, with whichever sign; 63.5 rounds to 64"},
                         {{12.7, 0.04, -0.03}, 0.1, {127, 0, 0}, "one large number costs the small ones"},
                         {{0, 0}, 0, {0, 0}, "a row of zeros: divide by no zero"}}) {
    trying(fmt::format("{}", fmt::join(wanted.row, ", ")));
    const RoundedRow given = rounded_row(wanted.row);
    if (!(std::abs(given.scale - wanted.scale) < 1e-9) || given.numbers != wanted.numbers)
      return not_yet(fmt::format("{}: should be {} times {:.6f}, you gave {} times {:.6f}", fmt::join(wanted.row, ", "),
                                 shown(wanted.numbers), wanted.scale, shown(given.numbers), given.scale),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({14, "decode_2_round", "A row in bytes",
                       "scale = largest size / 127; each number is the nearest whole one to x / scale", check_round});

}  // namespace
}  // namespace tinymor
