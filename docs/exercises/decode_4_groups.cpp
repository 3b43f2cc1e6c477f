// Exercise 4 of chapter 14, a harder one: a scale for each group.
//
// One large weight costs the small ones that share its scale. So give each `size` neighbours a scale of their own; the
// last group may be shorter. Round as in decode_2_round: the largest size of the group becomes 127. A product with
// activations, which have one scale for their whole row, adds whole numbers as long as the scale is the same: sum
// within a group, multiply the sum by the group's scale, add up the groups, and multiply by the scale of the
// activations.
#include "exercises.h"

namespace tinymor {

GroupedRow rounded_in_groups(const std::vector<double>& row, int64_t size) {
  return {};
}

double grouped_product(const GroupedRow& row, int64_t size, const RoundedRow& activations) {
  return {};
}

}  // namespace tinymor
