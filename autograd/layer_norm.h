#pragma once
// Normalisation over the last axis, with a weight and a bias.

#include <cstdint>

#include "autograd/module.h"

namespace tinymor {

/// layer_norm with weight 1 and bias 0 at the start.
struct LayerNorm : Module {
  Variable weight, bias;
  Real eps;
  explicit LayerNorm(int64_t d, Real eps = Real(1e-5));
  Variable operator()(const Variable& x) const;
  void members(Members& m) override;
};

}  // namespace tinymor
