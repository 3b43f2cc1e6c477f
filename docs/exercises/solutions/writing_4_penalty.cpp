// Each is computed from the logit as it was, so that a second time changes nothing.
#include "exercises.h"

namespace tinymor {

std::vector<double> penalised(const std::vector<double>& logits, const std::vector<int64_t>& text, double penalty,
                              int64_t last) {
  std::vector<double> y = logits;
  const size_t begin = last > 0 && last < int64_t(text.size()) ? text.size() - size_t(last) : 0;
  for (size_t i = begin; i < text.size(); ++i) {
    const double logit = logits[size_t(text[i])];  // the one without penalty, so that twice is once
    y[size_t(text[i])] = logit > 0 ? logit / penalty : logit * penalty;
  }
  return y;
}

}  // namespace tinymor
