// Whole numbers within a group are exact; only as many roundings as groups are left.
#include <algorithm>
#include <cmath>

#include "exercises.h"

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

double grouped_product(const GroupedRow& row, int64_t size, const RoundedRow& activations) {
  double product = 0;
  for (size_t g = 0; g < row.scales.size(); ++g) {
    int64_t sum = 0;
    const size_t begin = g * size_t(size), end = std::min(row.numbers.size(), begin + size_t(size));
    for (size_t i = begin; i < end; ++i) sum += row.numbers[i] * activations.numbers[i];
    product += row.scales[g] * double(sum);
  }
  return product * activations.scale;
}

}  // namespace tinymor
