#pragma once
// A product with a weight matrix, and a bias if wanted.

#include <cstdint>

#include "autograd/module.h"
#include "tensor/random.h"

namespace tinymor {

/// y = x W^T + b; x [...,in], W [out,in], b [out]. Both start uniform in +-1/sqrt(in), as in torch.nn.Linear.
struct Linear : Module {
  Variable weight, bias;  ///< bias: undefined when not wanted
  Linear(int64_t in, int64_t out, Random& random, bool with_bias = true);
  Variable operator()(const Variable& x) const;
  void members(Members& m) override;
};

}  // namespace tinymor
