// Numbers that are kept in two bytes or one, as floating point numbers again. Each is exact, so that every SIMD level
// gives the same bits.
#include "tensor/kernels/level.h"

namespace tinymor::kernels::TINYMOR_LEVEL {

void widen_bf16(int64_t n, const uint16_t* x, Real* y) {
  for (int64_t i = 0; i < n; ++i) y[i] = __builtin_bit_cast(float, uint32_t(x[i]) << 16);
}

void widen_int8(int64_t rows, int64_t columns, const int8_t* x, const Real* scales, bool by_row, Real* y) {
  for (int64_t i = 0; i < rows; ++i, x += columns, y += columns) {
    if (by_row)
      for (int64_t j = 0; j < columns; ++j) y[j] = Real(x[j]) * scales[i];
    else
      for (int64_t j = 0; j < columns; ++j) y[j] = Real(x[j]) * scales[j];
  }
}

}  // namespace tinymor::kernels::TINYMOR_LEVEL
