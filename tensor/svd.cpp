#include "tensor/svd.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "tensor/error.h"
#include "tensor/ops.h"

namespace tinymor {
namespace {

constexpr int64_t kMoreColumns = 8;    // than are asked for, so that the last of those come in too
constexpr int kIterations = 30;        // at most
constexpr double kLeastGain = 1e-7;    // of the squares that the columns explain, to go on
constexpr double kRightAngle = 1e-12;  // cosine

using Column = std::vector<double>;
using Columns = std::vector<Column>;

double dot(const Column& a, const Column& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

Columns columns_of(const Tensor& a) {
  Columns columns(size_t(a.dim(1)));
  for (int64_t j = 0; j < a.dim(1); ++j)
    for (Real x : a.select(1, j).to_vector()) columns[size_t(j)].push_back(double(x));
  return columns;
}

/// [rows, columns]
Tensor tensor_of(const Columns& columns) {
  const int64_t n = int64_t(columns.size()), m = int64_t(columns[0].size());
  Tensor a({m, n});
  Real* to = a.mutable_data();
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j) to[i * n + j] = Real(columns[size_t(j)][size_t(i)]);
  return a;
}

/// Makes each column one of length 1 at right angles to those before it (Gram and Schmidt, twice against rounding). One
/// that those before it explain becomes a random one.
void orthonormalise(Columns& columns, Random& random) {
  for (size_t j = 0; j < columns.size(); ++j) {
    Column& column = columns[j];
    while (true) {
      const double before = std::sqrt(dot(column, column));
      for (int pass = 0; pass < 2; ++pass)
        for (size_t i = 0; i < j; ++i) {
          const double along = dot(columns[i], column);
          for (size_t t = 0; t < column.size(); ++t) column[t] -= along * columns[i][t];
        }
      const double left = std::sqrt(dot(column, column));
      if (left > 1e-6 * before && left > 0) {
        for (double& x : column) x /= left;
        break;
      }
      for (double& x : column) x = random.normal();
    }
  }
}

/// Turns pairs of columns of z until all are at right angles, and those of q with them, so that z q^T stays what it is
/// (one-sided Jacobi; Hestenes 1958).
void turn_to_right_angles(Columns& z, Columns& q) {
  const auto turn = [](Column& a, Column& b, double c, double s) {
    for (size_t t = 0; t < a.size(); ++t) {
      const double x = a[t], y = b[t];
      a[t] = c * x - s * y;
      b[t] = s * x + c * y;
    }
  };
  bool turned = true;
  for (int sweep = 0; turned && sweep < 60; ++sweep) {
    turned = false;
    for (size_t i = 0; i < z.size(); ++i)
      for (size_t j = i + 1; j < z.size(); ++j) {
        const double a = dot(z[i], z[i]), b = dot(z[j], z[j]), g = dot(z[i], z[j]);
        if (std::abs(g) <= kRightAngle * std::sqrt(a * b)) continue;
        const double zeta = (b - a) / (2 * g);
        const double t = std::copysign(1 / (std::abs(zeta) + std::hypot(1, zeta)), zeta);
        const double c = 1 / std::hypot(1, t), s = c * t;
        turn(z[i], z[j], c, s);
        turn(q[i], q[j], c, s);
        turned = true;
      }
  }
}

}  // namespace

ThinProduct truncated_svd(const Tensor& matrix, int64_t k) {
  check(matrix.rank() == 2 && k >= 1 && k <= std::min(matrix.dim(0), matrix.dim(1)),
        "[truncated_svd] rank {} of a matrix {}", k, matrix.shape());
  check(all_finite(matrix), "[truncated_svd] the matrix has numbers that are infinite or none");
  const Real largest = max(abs(matrix)).item(), unit = largest > 0 ? largest : 1;
  const Tensor a = matrix / unit;  // so that no product overflows
  const Tensor turned = a.transpose(0, 1);
  Random random(1, stream_of(Stream::init));
  Columns q(size_t(std::min({k + kMoreColumns, a.dim(0), a.dim(1)})), Column(size_t(a.dim(1))));
  for (Column& column : q)
    for (double& x : column) x = random.normal();
  orthonormalise(q, random);
  Tensor z = matmul(a, tensor_of(q));
  double explained = 0;
  for (int i = 0; i < kIterations; ++i) {
    q = columns_of(matmul(turned, z));
    orthonormalise(q, random);
    z = matmul(a, tensor_of(q));
    const double now = double(sum(z * z).item());
    if (now - explained <= kLeastGain * now) break;
    explained = now;
  }
  Columns left = columns_of(z);
  turn_to_right_angles(left, q);
  std::vector<size_t> order(left.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t i, size_t j) { return dot(left[i], left[i]) > dot(left[j], left[j]); });
  Columns best_left, best_right;
  for (int64_t i = 0; i < k; ++i) {
    best_left.push_back(left[order[size_t(i)]]);
    best_right.push_back(q[order[size_t(i)]]);
  }
  return {tensor_of(best_left) * unit, tensor_of(best_right).transpose(0, 1).contiguous_copy()};
}

}  // namespace tinymor
