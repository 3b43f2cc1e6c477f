// Divides negative logits too, which makes them likelier.
// It is told: should be (-3.00, 1.00), you gave (-0.75, 1.00)
#define penalised writing_4_only_divides
#include <algorithm>

#include "../checks/writing_4_penalty.cpp"

namespace tinymor {

std::vector<double> penalised(const std::vector<double>& logits, const std::vector<int64_t>& text, double penalty,
                              int64_t last) {
  std::vector<double> y = logits;
  const int64_t n = int64_t(text.size());
  for (int64_t i = last > 0 ? std::max<int64_t>(0, n - last) : 0; i < n; ++i)
    y[size_t(text[size_t(i)])] = logits[size_t(text[size_t(i)])] / penalty;
  return y;
}

}  // namespace tinymor
