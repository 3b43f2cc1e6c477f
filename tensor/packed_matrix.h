#pragma once
// Weights in the order, and in the numbers, in which a product reads them: made once, when a model is done learning and
// is only to be used. A product of one row, as when a model writes token by token, takes as long as memory needs to
// hand over the weights; in the order of reading they come at full speed, and with one byte for each instead of four
// there is a quarter to read.
//
// A row of a product has the same bits however many rows are multiplied at a time and however many threads share the
// work: a text that is written beside others is the text that is written alone.

#include <cstdint>
#include <vector>

#include "tensor/tensor.h"

namespace tinymor {

/// f32: the numbers as they are. int8: a whole number in -127..127 for each, times a scale for each row of the matrix;
/// the rows that are multiplied with it are rounded likewise. int4: a whole number in -7..7 for each, times a scale for
/// every 32 of a row; the rows that are multiplied with it are rounded to int8.
enum class WeightFormat { f32, int8, int4 };
inline constexpr const char* weight_format_names[] = {"f32", "int8", "int4"};  ///< By WeightFormat.

class PackedMatrix {
 public:
  /// weight [out,in]. Throws unless it is a matrix; int8 and int4 take up to 65,000 columns.
  PackedMatrix(const Tensor& weight, WeightFormat format);

  /// x [R,in] W^T -> [R,out]
  Tensor product(const Tensor& x) const;

  WeightFormat format() const { return format_; }
  /// Bytes that a product reads of it; of a matrix [out,in] that is not packed yet.
  int64_t bytes() const { return bytes_of(out_, in_, format_); }
  static int64_t bytes_of(int64_t out, int64_t in, WeightFormat format);

 private:
  Tensor product_f32(const Tensor& x) const;
  Tensor product_rounded(const Tensor& x) const;

  WeightFormat format_;
  int64_t out_, in_;
  int64_t padded_;             // rounded: `in` up to a multiple of what is read at a time
  Tensor panels_;              // f32
  IntTensor numbers_;          // rounded: panels too, four bytes in each element
  std::vector<Real> scales_;   // int8: [out]; int4: of each group, as the panels have them
  std::vector<int32_t> sums_;  // int8: of each row, up to a whole panel
};

}  // namespace tinymor
