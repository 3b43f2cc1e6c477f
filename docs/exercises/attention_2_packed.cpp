// Exercise 2 of chapter 5: causal attention over texts placed end to end.
//
// Text s has the rows offsets[s] to offsets[s+1] - 1. Row i sees the rows of its own text up to itself. Score of i with
// j: the product of their q and k rows, divided by sqrt(D). Weights: softmax of the scores that i sees. Result: the sum
// of the v rows, each times its weight. Scores can be large: subtract the largest before taking e^x.
// Useful: q.dim(1) is D, q.at({i, c}) an element, Tensor::zeros(v.shape()), y.mutable_data().
#include "exercises.h"

namespace tinymor {

Tensor packed_attention(const Tensor& q, const Tensor& k, const Tensor& v, const std::vector<int64_t>& offsets) {
  return {};
}

}  // namespace tinymor
