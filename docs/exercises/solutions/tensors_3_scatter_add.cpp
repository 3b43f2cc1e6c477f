// The += makes repeated rows add up; an assignment would keep the last one only.
#include "exercises.h"

namespace tinymor {

Tensor scatter_add(int64_t rows, const IntTensor& index, const Tensor& x) {
  const int64_t d = x.dim(1);
  Tensor y = Tensor::zeros({rows, d});
  Real* to = y.mutable_data();
  for (int64_t i = 0; i < x.dim(0); ++i)
    for (int64_t j = 0; j < d; ++j) to[index.data()[i] * d + j] += x.at({i, j});
  return y;
}

}  // namespace tinymor
