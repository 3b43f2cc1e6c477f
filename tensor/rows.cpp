#include <algorithm>

#include "tensor/error.h"
#include "tensor/ops.h"
#include "tensor/threads.h"

namespace tinymor {
namespace {

using kernels::table;

/// Rows that one piece of work copies.
constexpr int64_t kRowGrain = 64;

/// The index as one range of memory, every element of which is a row.
IntTensor checked_rows(const char* op, const Tensor& rows, const IntTensor& index) {
  check(rows.rank() == 2 && index.rank() == 1, "[{}] needs rows [R,d] and an index [n], not {} and {}", op,
        rows.shape(), index.shape());
  const IntTensor at = index.contiguous_copy();
  for (int32_t i : at.values())
    check(i >= 0 && i < rows.dim(0), "[{}] index {} is outside the {} rows", op, i, rows.dim(0));
  return at;
}

IntTensor checked_update(const char* op, const Tensor& y, const IntTensor& index, const Tensor& x) {
  const IntTensor at = checked_rows(op, y, index);
  check(y.contiguous() && x.shape() == Shape({index.dim(0), y.dim(1)}), "[{}] {} does not give {} rows to {}", op,
        x.shape(), index.dim(0), y.shape());
  return at;
}

}  // namespace

Tensor gather_rows(const Tensor& x, const IntTensor& index) {
  const IntTensor at = checked_rows("gather_rows", x, index);
  const Tensor from = x.contiguous_copy();
  const int64_t d = x.dim(1);
  Tensor out({index.dim(0), d});
  Real* to = out.mutable_data();
  parallel_ranges(index.dim(0), kRowGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) std::copy_n(from.data() + at.data()[i] * d, d, to + i * d);
  });
  return out;
}

void scatter_add_rows(Tensor& y, const IntTensor& index, const Tensor& x) {
  const IntTensor at = checked_update("scatter_add_rows", y, index, x);
  const Tensor from = x.contiguous_copy();
  const int64_t d = y.dim(1);
  Real* to = y.mutable_data();
  // Rows may come twice, columns never meet: threads share out the columns.
  parallel_ranges(d, 64, [&](int64_t begin, int64_t end) {
    for (int64_t i = 0; i < index.dim(0); ++i)
      table().add_scaled(end - begin, 1, from.data() + i * d + begin, to + at.data()[i] * d + begin);
  });
}

void replace_rows(Tensor& y, const IntTensor& index, const Tensor& x) {
  const IntTensor at = checked_update("replace_rows", y, index, x);
  std::vector<bool> seen(y.dim(0), false);
  for (int32_t i : at.values()) {
    check(!seen[i], "[replace_rows] row {} is replaced twice", i);
    seen[i] = true;
  }
  const Tensor from = x.contiguous_copy();
  const int64_t d = y.dim(1);
  Real* to = y.mutable_data();
  parallel_ranges(index.dim(0), kRowGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) std::copy_n(from.data() + i * d, d, to + at.data()[i] * d);
  });
}

Tensor concat(const std::vector<Tensor>& parts, int64_t axis) {
  check(!parts.empty(), "[concat] there are no tensors to join");
  Shape shape = parts[0].shape();
  const int64_t along = int64_t(shape.normalize_axis(axis));
  shape[along] = 0;
  for (const Tensor& part : parts) {
    Shape other = part.shape();
    check(other.rank() == shape.rank(), "[concat] {} and {} have different numbers of axes", parts[0].shape(), other);
    other[along] = shape[along];
    check(other == shape, "[concat] {} and {} differ in more than axis {}", parts[0].shape(), part.shape(), along);
    shape[along] += part.dim(along);
  }
  Tensor out(shape);
  int64_t at = 0;
  for (const Tensor& part : parts) {
    out.slice(along, at, at + part.dim(along)).copy_from(part);
    at += part.dim(along);
  }
  return out;
}

Tensor stack(const std::vector<Tensor>& parts, int64_t axis) {
  check(!parts.empty(), "[stack] there are no tensors to join");
  std::vector<Tensor> wide;
  for (const Tensor& part : parts) {
    check(part.shape() == parts[0].shape(), "[stack] {} and {} differ", parts[0].shape(), part.shape());
    wide.push_back(part.unsqueeze(axis));
  }
  return concat(wide, axis);
}

}  // namespace tinymor
