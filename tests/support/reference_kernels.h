#pragma once
// The plain twins of the kernels: one loop each, as the definition says, sums in double.

#include <cmath>
#include <vector>

#include "tensor/kernels/kernels.h"

namespace tinymor::reference {

using kernels::AttentionHead;
using kernels::Binary;
using kernels::Matrix;
using kernels::Unary;

inline double binary(Binary op, double a, double b) {
  switch (op) {
    case Binary::add:
      return a + b;
    case Binary::sub:
      return a - b;
    case Binary::mul:
      return a * b;
    case Binary::div:
      return a / b;
    case Binary::less:
      return a < b;
    case Binary::less_equal:
      return a <= b;
    case Binary::equal:
      return a == b;
  }
  return 0;
}

inline double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

inline double unary(Unary f, double x) {
  switch (f) {
    case Unary::exp:
      return std::exp(x);
    case Unary::log:
      return std::log(x);
    case Unary::sqrt:
      return std::sqrt(x);
    case Unary::abs:
      return std::abs(x);
    case Unary::relu:
      return x > 0 ? x : 0;
    case Unary::gelu:
      return x / 2 * std::erfc(-x / std::sqrt(2.0));
    case Unary::gelu_tanh:
      return x / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case Unary::sigmoid:
      return sigmoid(x);
    case Unary::silu:
      return x * sigmoid(x);
    case Unary::tanh:
      return std::tanh(x);
    case Unary::softplus:
      return x > 30 ? x : std::log1p(std::exp(x));
  }
  return 0;
}

/// f'(x) from differences in double precision.
inline double slope(Unary f, double x) {
  const double step = 1e-6 * (1 + std::abs(x));
  return (unary(f, x + step) - unary(f, x - step)) / (2 * step);
}

/// c[i*n + j] = sum over p of a(i,p) b(p,j), plus what was there when `add`.
inline void gemm(int64_t m, int64_t n, int64_t k, Matrix a, Matrix b, double* c, bool add) {
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      double sum = add ? c[i * n + j] : 0;
      for (int64_t p = 0; p < k; ++p)
        sum += double(a.data[i * a.row + p * a.col]) * double(b.data[p * b.row + j * b.col]);
      c[i * n + j] = sum;
    }
  }
}

inline double log_sum_exp(const std::vector<double>& x) {
  double largest = x[0], sum = 0;
  for (double v : x) largest = std::max(largest, v);
  for (double v : x) sum += std::exp(v - largest);
  return largest + std::log(sum);
}

/// The output [queries, group*D] of one key/value head.
inline std::vector<double> attention(const AttentionHead& h) {
  std::vector<double> out(h.queries * h.group * h.width, 0.0);
  for (int64_t i = 0; i < h.queries; ++i) {
    for (int64_t g = 0; g < h.group; ++g) {
      std::vector<double> scores(h.visible[i], 0.0);
      for (int64_t j = 0; j < h.visible[i]; ++j)
        for (int64_t c = 0; c < h.width; ++c)
          scores[j] += double(h.scale) * double(h.q[i * h.q_row + g * h.width + c]) * double(h.k[j * h.kv_row + c]);
      const double log_sum = log_sum_exp(scores);
      for (int64_t j = 0; j < h.visible[i]; ++j)
        for (int64_t c = 0; c < h.width; ++c)
          out[(i * h.group + g) * h.width + c] += std::exp(scores[j] - log_sum) * double(h.v[j * h.kv_row + c]);
    }
  }
  return out;
}

}  // namespace tinymor::reference
