#pragma once
// Arithmetic on tensors: checks, broadcasting and the split over threads. No gradients here (autograd/), no loops over
// raw numbers either (tensor/kernels/). Every function takes any strides and returns a new contiguous tensor unless its
// name says otherwise; shapes that do not fit throw before anything is computed.

#include "tensor/kernels/kernels.h"
#include "tensor/tensor.h"

namespace tinymor {

/// Elementwise a (op) b with NumPy's broadcasting.
Tensor elementwise(kernels::Binary op, const Tensor& a, const Tensor& b);
inline Tensor operator+(const Tensor& a, const Tensor& b) {
  return elementwise(kernels::Binary::add, a, b);
}
inline Tensor operator-(const Tensor& a, const Tensor& b) {
  return elementwise(kernels::Binary::sub, a, b);
}
inline Tensor operator*(const Tensor& a, const Tensor& b) {
  return elementwise(kernels::Binary::mul, a, b);
}
inline Tensor operator/(const Tensor& a, const Tensor& b) {
  return elementwise(kernels::Binary::div, a, b);
}
inline Tensor operator*(const Tensor& a, Real b) {
  return a * Tensor::scalar(b);
}

/// f(x), element by element.
Tensor elementwise(kernels::Unary op, const Tensor& x);

/// The sum over every axis along which `shape` was broadcast to x's shape: the reverse of expand.
Tensor sum_to(const Tensor& x, const Shape& shape);
/// The sum of all elements, [].
inline Tensor sum(const Tensor& x) {
  return sum_to(x, {});
}

/// y += x, in place. x must broadcast to y's shape.
void add_into(Tensor& y, const Tensor& x);

/// a [m,k] times b [k,n] -> [m,n]; any strides, so a transposed view costs nothing.
Tensor matmul(const Tensor& a, const Tensor& b);

/// Rows of x [R,d] in the order of `index` [n] -> [n,d]. Throws when an index is outside 0..R-1.
Tensor gather_rows(const Tensor& x, const IntTensor& index);
/// y [R,d] += rows of x [n,d] at `index` [n], in index order, in place; repeated indices add up.
void scatter_add_rows(Tensor& y, const IntTensor& index, const Tensor& x);
/// y [R,d] takes rows of x [n,d] at `index` [n], in place. Throws when an index comes twice.
void replace_rows(Tensor& y, const IntTensor& index, const Tensor& x);

/// A buffer of at least `count` elements that belongs to the calling thread, for kernels that need working space.
Real* thread_scratch(int64_t count);

}  // namespace tinymor
