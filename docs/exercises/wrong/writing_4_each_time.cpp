// Lowers the logit once for each time that the token is in the text.
// It is told: should be (2.00, 2.00), you gave (1.00, 2.00)
#define penalised writing_4_each_time
#include <algorithm>

#include "../checks/writing_4_penalty.cpp"

namespace tinymor {

std::vector<double> penalised(const std::vector<double>& logits, const std::vector<int64_t>& text, double penalty,
                              int64_t last) {
  std::vector<double> y = logits;
  const int64_t n = int64_t(text.size());
  for (int64_t i = last > 0 ? std::max<int64_t>(0, n - last) : 0; i < n; ++i) {
    double& logit = y[size_t(text[size_t(i)])];
    logit = logit > 0 ? logit / penalty : logit * penalty;
  }
  return y;
}

}  // namespace tinymor
