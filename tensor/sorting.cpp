#include <algorithm>
#include <numeric>

#include "tensor/error.h"
#include "tensor/ops.h"

namespace tinymor {
namespace {

/// The first k of each row in the order of `before`, which compares elements.
template <class Before>
Sorted first_of_rows(const Tensor& x, int64_t k, Before before) {
  const Tensor from = x.contiguous_copy();
  const int64_t n = x.dim(-1);
  Shape shape = x.shape();
  shape[-1] = k;
  Sorted result{Tensor(shape), IntTensor(shape)};
  Real* values = result.values.mutable_data();
  int32_t* indices = result.indices.mutable_data();
  std::vector<int32_t> order(n);
  for (int64_t row = 0; row * k < shape.count(); ++row) {
    const Real* numbers = from.data() + row * n;
    std::iota(order.begin(), order.end(), 0);
    // With the index to decide between equals, any sort is stable.
    std::partial_sort(order.begin(), order.begin() + k, order.end(), [&](int32_t a, int32_t b) {
      return a < b ? !before(numbers[b], numbers[a]) : before(numbers[a], numbers[b]);
    });
    for (int64_t j = 0; j < k; ++j) {
      values[row * k + j] = numbers[order[j]];
      indices[row * k + j] = order[j];
    }
  }
  return result;
}

/// Throws unless `index` picks from x along its last axis; returns the number of rows.
int64_t check_along(const char* op, const Tensor& x, const IntTensor& index) {
  Shape rows = index.shape(), expected = x.shape();
  check(x.rank() > 0 && rows.rank() == x.rank(), "[{}] {} and an index of {} do not fit", op, x.shape(), index.shape());
  rows[-1] = expected[-1] = 1;
  check(rows == expected, "[{}] {} and an index of {} do not fit", op, x.shape(), index.shape());
  for (int32_t i : index.values())
    check(i >= 0 && i < x.dim(-1), "[{}] index {} is outside the last axis of {}", op, i, x.shape());
  return rows.count();
}

}  // namespace

Sorted sort(const Tensor& x, bool descending) {
  if (descending) return top_k(x, x.dim(-1));
  return first_of_rows(x, x.dim(-1), smaller);
}

Sorted top_k(const Tensor& x, int64_t k) {
  check(k >= 0 && k <= x.dim(-1), "[top_k] the last axis of {} has {} elements, not {}", x.shape(), x.dim(-1), k);
  return first_of_rows(x, k, [](Real a, Real b) { return smaller(b, a); });
}

Tensor take_along(const Tensor& x, const IntTensor& index) {
  const IntTensor at = index.contiguous_copy();
  const int64_t rows = check_along("take_along", x, at), n = x.dim(-1), k = at.dim(-1);
  const Tensor from = x.contiguous_copy();
  Tensor out(at.shape());
  Real* to = out.mutable_data();
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t j = 0; j < k; ++j) to[row * k + j] = from.data()[row * n + at.data()[row * k + j]];
  return out;
}

void add_along(Tensor& y, const IntTensor& index, const Tensor& x) {
  const IntTensor at = index.contiguous_copy();
  const int64_t rows = check_along("add_along", y, at), n = y.dim(-1), k = at.dim(-1);
  check(y.contiguous() && x.shape() == at.shape(), "[add_along] {} for an index of {}", x.shape(), at.shape());
  const Tensor from = x.contiguous_copy();
  Real* to = y.mutable_data();
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t j = 0; j < k; ++j) to[row * n + at.data()[row * k + j]] += from.data()[row * k + j];
}

}  // namespace tinymor
