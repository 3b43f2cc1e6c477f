#include "tensor/packed_matrix.h"

#include <algorithm>

#include "tensor/error.h"
#include "tensor/kernels/kernels.h"
#include "tensor/threads.h"

namespace tinymor {
namespace {

using kernels::kInt4Group;
using kernels::kPanelCols;
using kernels::table;

/// Rows of x that meet a panel while it is in the first-level cache.
constexpr int64_t kPieceRows = 48;

/// Bytes of a matrix, such as the head of a large vocabulary, that no cache keeps until the next token: were it read
/// through the cache, it would displace the layers, which may fit.
constexpr int64_t kLargerThanCaches = int64_t(32) << 20;

/// Calls body(first row, rows, first column, columns) for rectangles that cover [rows, columns], in parallel: whole
/// panels, as many as have about 65536 multiply-adds, below which handing out work costs more than it brings.
template <class Body>
void for_pieces(int64_t rows, int64_t columns, int64_t depth, Body body) {
  const int64_t piece_rows = std::min(rows, kPieceRows);
  const int64_t work = std::max<int64_t>(1, piece_rows * depth * kPanelCols);
  const int64_t piece_columns = std::max<int64_t>(1, 65536 / work) * kPanelCols;
  const int64_t across = (columns + piece_columns - 1) / piece_columns, down = (rows + kPieceRows - 1) / kPieceRows;
  parallel_for(across * down, [&](int64_t piece) {
    const int64_t i = piece % down * kPieceRows, j = piece / down * piece_columns;
    body(i, std::min(kPieceRows, rows - i), j, std::min(piece_columns, columns - j));
  });
}

/// int8: the products of four bytes are added up at a time. int4: a group has one scale.
int64_t padded(int64_t in, WeightFormat format) {
  const int64_t unit = format == WeightFormat::int4 ? kInt4Group : 4;
  return (in + unit - 1) / unit * unit;
}

}  // namespace

PackedMatrix::PackedMatrix(const Tensor& weight, WeightFormat format) : format_(format) {
  check(weight.rank() == 2, "[pack] weights {} are no matrix", weight.shape());
  out_ = weight.dim(0);
  in_ = weight.dim(1);
  padded_ = padded(in_, format);
  const Tensor rows = weight.contiguous_copy();
  if (format == WeightFormat::f32) {
    panels_ = Tensor(Shape{kernels::packed_count(in_, out_)});
    table().pack(in_, out_, {rows.data(), 1, in_}, panels_.mutable_data());
    return;
  }
  // 255 * 127 times more than this would not fit the 32 bits of a sum.
  check(in_ <= 65000, "[pack] rows of {} weights are too long to be rounded (at most 65000)", in_);
  if (format == WeightFormat::int4) {
    const int64_t count = kernels::packed_count(padded_, out_);
    numbers_ = IntTensor(Shape{count / 8});
    scales_.resize(size_t(count / kInt4Group));
    table().pack_int4(in_, out_, padded_, rows.data(), reinterpret_cast<uint8_t*>(numbers_.mutable_data()),
                      scales_.data());
    return;
  }
  std::vector<int8_t> bytes(size_t(out_ * padded_));
  scales_.resize(size_t(out_));
  table().quantise_rows(out_, in_, rows.data(), in_, padded_, bytes.data(), scales_.data());
  numbers_ = IntTensor(Shape{kernels::packed_count(padded_, out_) / 4});
  sums_.resize(size_t(kernels::packed_count(1, out_)));
  table().pack_int8(padded_, out_, bytes.data(), reinterpret_cast<int8_t*>(numbers_.mutable_data()), sums_.data());
}

int64_t PackedMatrix::bytes_of(int64_t out, int64_t in, WeightFormat format) {
  if (format == WeightFormat::f32) return kernels::packed_count(in, out) * int64_t(sizeof(Real));
  const int64_t count = kernels::packed_count(padded(in, format), out);
  if (format == WeightFormat::int4) return count / 2 + count / kInt4Group * int64_t(sizeof(Real));
  return count + out * int64_t(sizeof(Real) + sizeof(int32_t));
}

Tensor PackedMatrix::product(const Tensor& x) const {
  check(x.rank() == 2 && x.dim(1) == in_, "[product] rows {} and packed weights [{},{}]: inner sizes differ", x.shape(),
        out_, in_);
  return format_ == WeightFormat::f32 ? product_f32(x.contiguous_copy()) : product_rounded(x.contiguous_copy());
}

Tensor PackedMatrix::product_f32(const Tensor& x) const {
  Tensor y({x.dim(0), out_});
  const Real* from = x.data();
  Real* to = y.mutable_data();
  const bool past_cache = bytes() >= kLargerThanCaches;
  for_pieces(x.dim(0), out_, in_, [&](int64_t i, int64_t rows, int64_t j, int64_t columns) {
    table().gemm(rows, columns, in_, {from + i * in_, in_, 1},
                 kernels::packed(panels_.data() + j * in_, in_, past_cache), to + i * out_ + j, out_, false);
  });
  return y;
}

Tensor PackedMatrix::product_rounded(const Tensor& x) const {
  static thread_local std::vector<int8_t> bytes;  // kept from call to call, like the next
  static thread_local std::vector<Real> row_scales;
  static thread_local std::vector<int32_t> row_sums;
  const bool halves = format_ == WeightFormat::int4;
  const int64_t count = x.dim(0) * padded_, groups = padded_ / kInt4Group;
  bytes.resize(size_t(count));
  row_scales.resize(size_t(x.dim(0)));
  table().quantise_rows(x.dim(0), in_, x.data(), in_, padded_, bytes.data(), row_scales.data());
  if (halves) {
    row_sums.resize(size_t(x.dim(0) * groups));
    table().sums_of_groups(count, bytes.data(), row_sums.data());
  }
  Tensor y({x.dim(0), out_});
  Real* to = y.mutable_data();
  const auto* weights = reinterpret_cast<const int8_t*>(numbers_.data());
  const kernels::Int8Rows all{bytes.data(), padded_, row_scales.data()};
  const int32_t* sums = row_sums.data();  // the threads have vectors of their own
  for_pieces(x.dim(0), out_, in_, [&](int64_t i, int64_t rows, int64_t j, int64_t columns) {
    const kernels::Int8Rows a{all.data + i * padded_, padded_, all.scales + i};
    Real* c = to + i * out_ + j;
    if (halves)
      table().gemm_int4(rows, columns, padded_, a, sums + i * groups,
                        {reinterpret_cast<const uint8_t*>(weights) + j * padded_ / 2, scales_.data() + j * groups}, c,
                        out_);
    else
      table().gemm_int8(rows, columns, padded_, a, {weights + j * padded_, scales_.data() + j, sums_.data() + j}, c,
                        out_);
  });
  return y;
}

}  // namespace tinymor
