// Knows that y[i] depends on x[i], and forgets that the other y do.
// It is told: y = (0.5, 0.5), g = (1, 0): dx should be (0.25, -0.25), you gave (0.25, 0)
#define softmax_backward autograd_4_diagonal
#include "../checks/autograd_4_softmax.cpp"

namespace tinymor {

std::vector<double> softmax_backward(const std::vector<double>& y, const std::vector<double>& g) {
  std::vector<double> dx;
  for (size_t i = 0; i < y.size(); ++i) dx.push_back(g[i] * y[i] * (1 - y[i]));
  return dx;
}

}  // namespace tinymor
