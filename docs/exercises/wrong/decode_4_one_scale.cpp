// Multiplies all groups by the scale of the first.
// It is told: the product should be 6.875, you gave 3.875
#define rounded_in_groups decode_4_one_scale
#define grouped_product decode_4_one_scale_1
#include <algorithm>
#include <cmath>

#include "../checks/decode_4_groups.cpp"

namespace tinymor {

GroupedRow rounded_in_groups(const std::vector<double>& row, int64_t size) {
  GroupedRow out;
  for (size_t begin = 0; begin < row.size(); begin += size_t(size)) {
    const size_t end = std::min(row.size(), begin + size_t(size));
    double largest = 0;
    for (size_t i = begin; i < end; ++i) largest = std::max(largest, std::abs(row[i]));
    out.scales.push_back(largest / 127);
    for (size_t i = begin; i < end; ++i)
      out.numbers.push_back(largest > 0 ? std::lrint(row[i] / out.scales.back()) : 0);
  }
  return out;
}

double grouped_product(const GroupedRow& row, int64_t, const RoundedRow& activations) {
  double sum = 0;
  for (size_t i = 0; i < row.numbers.size(); ++i) sum += double(row.numbers[i] * activations.numbers[i]);
  return row.scales.empty() ? 0 : sum * row.scales[0] * activations.scale;
}

}  // namespace tinymor
