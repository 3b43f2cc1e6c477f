#pragma once
// A table with a vector for every id.

#include <cstdint>

#include "autograd/module.h"
#include "tensor/random.h"

namespace tinymor {

/// One row [d] of a table [V,d] per id, which starts normal.
struct Embedding : Module {
  Variable weight;
  Embedding(int64_t rows, int64_t d, Random& random);
  Variable operator()(const IntTensor& ids) const;
  void members(Members& m) override;
};

}  // namespace tinymor
