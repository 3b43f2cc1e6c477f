#include "autograd/embedding.h"

#include "autograd/ops.h"

namespace tinymor {

Embedding::Embedding(int64_t rows, int64_t d, Random& random)
    : weight(Variable::parameter(random_normal({rows, d}, random))) {}

Variable Embedding::operator()(const IntTensor& ids) const {
  return embedding(weight, ids);
}

void Embedding::members(Members& m) {
  m("weight", weight);
}

}  // namespace tinymor
