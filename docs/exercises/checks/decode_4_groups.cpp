#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_groups() {
  struct Case {
    std::vector<double> row;
    int64_t size;
    std::vector<double> scales;
    std::vector<int64_t> numbers;
    const char* hint;
  };
  for (const Case& wanted :
       std::vector<Case>{{{1.27, -0.5}, 2, {0.01}, {127, -50}, "one group: as decode_2_round"},
                         {{12.7, 0, 0.04, -0.02},
                          2,
                          {0.1, 0.04 / 127},
                          {127, 0, 127, -64},
                          "the second group has a largest of its own"},
                         {{1.27, 0, 2.54}, 2, {0.01, 0.02}, {127, 0, 127}, "the last group is shorter"},
                         {{0, 0, 1.27}, 2, {0, 0.01}, {0, 0, 127}, "a group of zeros: divide by no zero"},
                         {{}, 4, {}, {}, "no numbers, no groups"}}) {
    const std::string what = fmt::format("({}) in groups of {}", fmt::join(wanted.row, ", "), wanted.size);
    trying(what);
    const GroupedRow given = rounded_in_groups(wanted.row, wanted.size);
    bool right = given.scales.size() == wanted.scales.size() && given.numbers == wanted.numbers;
    for (size_t g = 0; right && g < given.scales.size(); ++g)
      right = std::abs(given.scales[g] - wanted.scales[g]) < 1e-9;
    if (!right)
      return not_yet(fmt::format("{}: should be {} with the scales ({:.6f}), you gave {} with ({:.6f})", what,
                                 shown(wanted.numbers), fmt::join(wanted.scales, ", "), shown(given.numbers),
                                 fmt::join(given.scales, ", ")),
                     wanted.hint);
  }
  struct Product {
    GroupedRow row;
    int64_t size;
    RoundedRow activations;
    double product;
    const char* hint;
  };
  for (const Product& wanted :
       std::vector<Product>{{{{0.5}, {2, 3}}, 2, {0.25, {4, 5}}, 2.875, "23 times both scales"},
                            {{{0.5, 2}, {2, 3, 1, 1}}, 2, {0.25, {4, 5, 7, 1}}, 6.875, "0.5 * 23 + 2 * 8, times 0.25"},
                            {{{0.5, 2}, {2, 3, 1}}, 2, {1, {4, 5, 7}}, 25.5, "the last group has one number"}}) {
    const std::string what = fmt::format("{} with scales ({}) in groups of {}, times {} with the scale {}",
                                         shown(wanted.row.numbers), fmt::join(wanted.row.scales, ", "), wanted.size,
                                         shown(wanted.activations.numbers), wanted.activations.scale);
    trying(what);
    const double given = grouped_product(wanted.row, wanted.size, wanted.activations);
    if (!(std::abs(given - wanted.product) < 1e-9))
      return not_yet(fmt::format("{}: the product should be {}, you gave {}", what, wanted.product, given),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({14, "decode_4_groups", "A scale for each group",
                       "each group of the row is rounded by its own largest size; a product adds whole numbers within "
                       "a group, then scales",
                       check_groups});

}  // namespace
}  // namespace tinymor
