// Looks for the largest score from 0 on.
// It is told: two tokens whose scores are all -900: element (0,0) should be 1.0000
#define packed_attention attention_2_from_zero
#include <algorithm>
#include <cmath>

#include "../checks/attention_2_packed.cpp"

namespace tinymor {

Tensor packed_attention(const Tensor& q, const Tensor& k, const Tensor& v, const std::vector<int64_t>& offsets) {
  const int64_t width = q.dim(1);
  Tensor y = Tensor::zeros(v.shape());
  for (size_t s = 0; s + 1 < offsets.size(); ++s)
    for (int64_t i = offsets[s]; i < offsets[s + 1]; ++i) {
      std::vector<double> weights;
      double largest = 0, sum = 0;
      for (int64_t j = offsets[s]; j <= i; ++j) {
        double score = 0;
        for (int64_t c = 0; c < width; ++c) score += double(q.at({i, c})) * double(k.at({j, c}));
        weights.push_back(score / std::sqrt(double(width)));
        largest = std::max(largest, weights.back());
      }
      for (double& weight : weights) sum += weight = std::exp(weight - largest);
      for (int64_t c = 0; c < v.dim(1); ++c)
        for (int64_t j = offsets[s]; j <= i; ++j)
          y.mutable_data()[i * v.dim(1) + c] += Real(weights[j - offsets[s]] / sum * double(v.at({j, c})));
    }
  return y;
}

}  // namespace tinymor
