#pragma once
// A matrix as the product of two thin ones: its singular value decomposition A = U S V^T, cut off after the k largest
// singular values. No product of rank k is nearer to A in the sum of squares (Eckart and Young 1936).

#include <cstdint>

#include "tensor/tensor.h"

namespace tinymor {

/// A ~ left right.
struct ThinProduct {
  Tensor left;   ///< U S [m,k]: columns at right angles, longest first; their lengths are the singular values
  Tensor right;  ///< V^T [k,n]: rows at right angles, of length 1, also where left is 0
};

/// Of a matrix [m,n], k from 1 to the smaller side. Found by orthogonal iteration (Golub and Van Loan, 8.2.4), so that
/// where the singular values near the k-th are almost equal, those found may be a mixture of them; exact when k is the
/// smaller side. The same numbers give the same result. Throws Error for another k, and for a matrix with infinite
/// numbers or NaN.
ThinProduct truncated_svd(const Tensor& matrix, int64_t k);

}  // namespace tinymor
