#pragma once
// Arithmetic on tensors: checks, broadcasting and the split over threads. Gradients are in autograd/, the loops that
// must be fast in tensor/kernels/. Every function takes any strides and returns a new contiguous tensor unless its
// comment says otherwise; shapes that do not fit throw Error before anything is computed. Docs: docs/02-tensors.md

#include <vector>

#include "tensor/kernels/kernels.h"
#include "tensor/random.h"
#include "tensor/tensor.h"

namespace tinymor {

// --- creation.cpp; see also Tensor::zeros, ones, full and arange ---

/// Numbers drawn one after the other: uniform in [low, high), or normal around 0.
Tensor random_uniform(Shape shape, Random& random, double low = 0, double high = 1);
Tensor random_normal(Shape shape, Random& random, double deviation = 1);

// --- elementwise.cpp: with NumPy's broadcasting ---

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
inline Tensor operator-(const Tensor& x) {
  return x * -1;
}

/// 1 where the comparison holds, 0 elsewhere.
inline Tensor operator<(const Tensor& a, const Tensor& b) {
  return elementwise(kernels::Binary::less, a, b);
}
inline Tensor operator<=(const Tensor& a, const Tensor& b) {
  return elementwise(kernels::Binary::less_equal, a, b);
}
inline Tensor operator>(const Tensor& a, const Tensor& b) {
  return b < a;
}
inline Tensor operator>=(const Tensor& a, const Tensor& b) {
  return b <= a;
}
inline Tensor operator==(const Tensor& a, const Tensor& b) {
  return elementwise(kernels::Binary::equal, a, b);
}
inline Tensor operator!=(const Tensor& a, const Tensor& b) {
  return 1 - (a == b);
}
/// The same of ids, as in ids == 3.
Tensor operator<(const IntTensor& a, const IntTensor& b);
Tensor operator==(const IntTensor& a, const IntTensor& b);
inline Tensor operator<=(const IntTensor& a, const IntTensor& b) {
  return 1 - (b < a);
}
inline Tensor operator>(const IntTensor& a, const IntTensor& b) {
  return b < a;
}
inline Tensor operator>=(const IntTensor& a, const IntTensor& b) {
  return b <= a;
}
inline Tensor operator!=(const IntTensor& a, const IntTensor& b) {
  return 1 - (a == b);
}
/// a where condition is not 0, b elsewhere.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
/// x, limited to low..high; NaN stays NaN. Throws Error where low is not at most high.
Tensor clamp(const Tensor& x, Real low, Real high);

/// f(x), element by element.
Tensor elementwise(kernels::Unary f, const Tensor& x);
inline Tensor exp(const Tensor& x) {
  return elementwise(kernels::Unary::exp, x);
}
inline Tensor log(const Tensor& x) {
  return elementwise(kernels::Unary::log, x);
}
inline Tensor sqrt(const Tensor& x) {
  return elementwise(kernels::Unary::sqrt, x);
}
inline Tensor abs(const Tensor& x) {
  return elementwise(kernels::Unary::abs, x);
}
inline Tensor relu(const Tensor& x) {
  return elementwise(kernels::Unary::relu, x);
}
inline Tensor gelu(const Tensor& x) {
  return elementwise(kernels::Unary::gelu, x);
}
inline Tensor gelu_tanh(const Tensor& x) {
  return elementwise(kernels::Unary::gelu_tanh, x);
}
inline Tensor sigmoid(const Tensor& x) {
  return elementwise(kernels::Unary::sigmoid, x);
}
inline Tensor silu(const Tensor& x) {
  return elementwise(kernels::Unary::silu, x);
}
inline Tensor tanh(const Tensor& x) {
  return elementwise(kernels::Unary::tanh, x);
}
inline Tensor softplus(const Tensor& x) {
  return elementwise(kernels::Unary::softplus, x);
}
/// x to the power of a number: by repeated multiplication when the exponent is whole, otherwise as e^(exponent log x),
/// which is NaN where x < 0.
Tensor pow(const Tensor& x, double exponent);

/// g f'(x): the derivative of elementwise(f, x), applied to a gradient g in the shape of x.
Tensor elementwise_slope(kernels::Unary f, const Tensor& x, const Tensor& g);

/// y += x, in place. x must broadcast to y's shape.
void add_into(Tensor& y, const Tensor& x);

/// Whether no element is NaN or infinite.
bool all_finite(const Tensor& x);

// --- reductions.cpp: over all elements -> [], or over axes, which disappear, or with `keep` remain with extent 1 ---

using Axes = std::vector<int64_t>;
/// Every axis of `shape`.
Axes all_axes(const Shape& shape);

/// The sum over every axis along which `shape` was broadcast to x's shape: the reverse of expand. Where there is none
/// the result shares x's memory.
Tensor sum_to(const Tensor& x, const Shape& shape);
Tensor sum(const Tensor& x);
Tensor sum(const Tensor& x, const Axes& axes, bool keep = false);
/// Throws where there are no elements, as max, logsumexp and argmax do.
Tensor mean(const Tensor& x);
Tensor mean(const Tensor& x, const Axes& axes, bool keep = false);
/// NaN counts as the largest, here and in argmax, and in min as the smallest.
Tensor max(const Tensor& x);
Tensor max(const Tensor& x, const Axes& axes, bool keep = false);
inline Tensor min(const Tensor& x) {
  return -max(-x);
}
inline Tensor min(const Tensor& x, const Axes& axes, bool keep = false) {
  return -max(-x, axes, keep);
}
/// log(sum(e^x)), without overflow.
Tensor logsumexp(const Tensor& x, const Axes& axes, bool keep = false);
/// sqrt(sum(x^2))
Tensor norm(const Tensor& x, const Axes& axes, bool keep = false);
/// The first index of the largest element along `axis`, which is removed from the shape.
IntTensor argmax(const Tensor& x, int64_t axis);

/// `shape` with the extents of `axes` set to 1. Throws when an axis does not exist or comes twice.
Shape reduced_shape(const Shape& shape, const Axes& axes);
/// `shape` without `axes`.
Shape without_axes(const Shape& shape, const Axes& axes);
/// The number of elements of x that each result of a reduction over `axes` is made of; 1 when there are no results.
/// Throws, naming `op`, when there are results but no elements.
int64_t reduced_count(const char* op, const Shape& x, const Axes& axes);

// --- sorting.cpp: along the last axis; equal elements keep their order, NaN counts as the largest ---

/// Whether a comes before b in that order.
inline bool smaller(Real a, Real b) {
  return a < b || (b != b && a == a);
}

struct Sorted {
  Tensor values;
  IntTensor indices;  ///< Where along the last axis each value was.
};
Sorted sort(const Tensor& x, bool descending = false);
/// The k largest, largest first. Throws unless 0 <= k <= the last extent.
Sorted top_k(const Tensor& x, int64_t k);
/// y[..., j] = x[..., index[..., j]]; `index` has x's shape except for the last extent.
Tensor take_along(const Tensor& x, const IntTensor& index);
/// y[..., index[..., j]] += x[..., j], in place in a contiguous y; repeated indices add up.
void add_along(Tensor& y, const IntTensor& index, const Tensor& x);

// --- matmul.cpp ---

/// a [...,m,k] times b [...,k,n] -> [...,m,n]; the leading axes broadcast. Any strides, so a transposed view costs
/// nothing extra.
Tensor matmul(const Tensor& a, const Tensor& b);

// --- rows.cpp: rows of a matrix by index, and joining ---

/// Rows of x [R,d] in the order of `index` [n] -> [n,d]. Throws when an index is outside 0..R-1.
Tensor gather_rows(const Tensor& x, const IntTensor& index);
/// y [R,d] += rows of x [n,d] at `index` [n], in index order, in place in a contiguous y; repeated indices add up.
void scatter_add_rows(Tensor& y, const IntTensor& index, const Tensor& x);
/// y [R,d] takes rows of x [n,d] at `index` [n], in place in a contiguous y. Throws when an index comes twice.
void replace_rows(Tensor& y, const IntTensor& index, const Tensor& x);

/// One after the other along `axis`; the other extents agree. Throws for no tensors.
Tensor concat(const std::vector<Tensor>& parts, int64_t axis);
/// Along a new axis, which becomes `axis` of the result; the shapes agree.
Tensor stack(const std::vector<Tensor>& parts, int64_t axis);

}  // namespace tinymor
