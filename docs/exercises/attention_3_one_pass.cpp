// Exercise 3 of chapter 5: attention of one query, whose keys come one at a time.
//
// Each call of next(score, value) brings the score of one more key and the value that goes with it. Keep three things:
// the largest score so far, the sum of e^(score - largest) so far, and the mix: the sum of e^(score - largest) * value
// so far. What must happen to the last two when a new largest score comes? At the end, divide.
//     double score;
//     std::vector<double> value;
//     while (next(score, value)) ...
#include "exercises.h"

namespace tinymor {

std::vector<double> one_pass_attention(const std::function<bool(double& score, std::vector<double>& value)>& next) {
  return {};
}

}  // namespace tinymor
