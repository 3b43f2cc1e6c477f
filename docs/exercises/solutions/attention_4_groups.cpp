// Sharing keys changes where a head reads them, and nothing else.
#include <algorithm>
#include <cmath>

#include "exercises.h"

namespace tinymor {

Tensor grouped_attention(const Tensor& q, const Tensor& k, const Tensor& v, int64_t heads, int64_t key_heads) {
  const int64_t width = q.dim(1) / heads;
  Tensor y = Tensor::zeros(q.shape());
  for (int64_t i = 0; i < q.dim(0); ++i)
    for (int64_t h = 0; h < heads; ++h) {
      const int64_t from = h * width, key_from = h / (heads / key_heads) * width;
      std::vector<double> weights;
      for (int64_t j = 0; j <= i; ++j) {
        double score = 0;
        for (int64_t c = 0; c < width; ++c) score += double(q.at({i, from + c})) * double(k.at({j, key_from + c}));
        weights.push_back(score / std::sqrt(double(width)));
      }
      const double largest = *std::max_element(weights.begin(), weights.end());
      double sum = 0;
      for (double& weight : weights) sum += weight = std::exp(weight - largest);
      for (int64_t c = 0; c < width; ++c) {
        double mix = 0;
        for (int64_t j = 0; j <= i; ++j) mix += weights[j] / sum * double(v.at({j, key_from + c}));
        y.mutable_data()[i * q.dim(1) + from + c] = Real(mix);
      }
    }
  return y;
}

}  // namespace tinymor
