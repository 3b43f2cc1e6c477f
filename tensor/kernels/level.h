#pragma once
// The functions of one SIMD level, one file per family; kernels.h says what they compute.

#include "tensor/kernels/kernels.h"

namespace tinymor::kernels::TINYMOR_LEVEL {

// elementwise.cpp
void binary(Binary op, int64_t n, const Real* a, int64_t a_step, const Real* b, int64_t b_step, Real* out);
void choose(int64_t n, const Real* condition, int64_t condition_step, const Real* a, int64_t a_step, const Real* b,
            int64_t b_step, Real* out);
void unary(Unary f, int64_t n, const Real* x, Real* out);
void unary_slope(Unary f, int64_t n, const Real* x, const Real* g, Real* out);
Real sum_of(int64_t n, const Real* x);
void add_scaled(int64_t n, Real scale, const Real* x, Real* y);
void swiglu(int64_t n, const Real* gate, const Real* up, Real* y);
void swiglu_backward(int64_t n, const Real* gate, const Real* up, const Real* g, Real* dgate, Real* dup);

// gemm.cpp
void pack(int64_t k, int64_t n, Matrix b, Real* panels);
void gemm(int64_t m, int64_t n, int64_t k, Matrix a, Panels b, Real* c, int64_t c_row, bool add);
/// gemm without cutting: for a k so small that a panel of B fits the first-level cache.
void gemm_tiles(int64_t m, int64_t n, int64_t k, Matrix a, Panels b, Real* c, int64_t c_row, bool add);
Real dot(int64_t n, const Real* a, const Real* b);

// int8.cpp
void quantise_rows(int64_t rows, int64_t k, const Real* x, int64_t x_row, int64_t row_bytes, int8_t* numbers,
                   Real* scales);
void pack_int8(int64_t k, int64_t n, const int8_t* rows, int8_t* panels, int32_t* sums);
void gemm_int8(int64_t m, int64_t n, int64_t k, Int8Rows a, Int8Panels b, Real* c, int64_t c_row);
void pack_int4(int64_t k, int64_t n, int64_t padded, const Real* rows, uint8_t* panels, Real* scales);
void sums_of_groups(int64_t n, const int8_t* numbers, int32_t* sums);
void gemm_int4(int64_t m, int64_t n, int64_t k, Int8Rows a, const int32_t* sums, Int4Panels b, Real* c, int64_t c_row);

// widen.cpp
void widen_bf16(int64_t n, const uint16_t* x, Real* y);
void widen_int8(int64_t rows, int64_t columns, const int8_t* x, const Real* scales, bool by_row, Real* y);

// gemm_ladder.cpp
void product_naive(int64_t m, int64_t n, int64_t k, const Real* a, const Real* b, Real* c);
void product_reordered(int64_t m, int64_t n, int64_t k, const Real* a, const Real* b, Real* c);
void product_blocked(int64_t m, int64_t n, int64_t k, const Real* a, const Real* b, Real* c);
void product_tiled(int64_t m, int64_t n, int64_t k, const Real* a, const Real* b, Real* c);

// norm.cpp
void rms_norm(int64_t rows, int64_t d, Real eps, const Real* x, const Real* weight, Real* y, Real* inverse_rms);
void rms_norm_backward(int64_t rows, int64_t d, const Real* x, const Real* weight, const Real* inverse_rms,
                       const Real* g, Real* dx, Real* dweight);

// attention.cpp
void rope(int64_t rows, int64_t heads, int64_t width, const int32_t* positions, const Real* cosines, const Real* sines,
          Real direction, const Real* x, Real* y);
void attention(const AttentionHead& head, Real* out, int64_t out_row, Real* log_sum, int64_t log_sum_row,
               Real* scratch);
void attention_paged(const PagedHead& head, Real* out, int64_t out_row, Real* scratch);
void attention_backward(const AttentionHead& head, const Real* out, const Real* dout, int64_t out_row,
                        const Real* log_sum, int64_t log_sum_row, Real* dq, Real* dk, Real* dv, Real* scratch);

// read.cpp
uint32_t read(int64_t n, const uint32_t* x);

// softmax.cpp
Real max_of(int64_t n, const Real* x);
/// out = exp(scale*x - shift); returns their sum.
Real exp_of(int64_t n, Real scale, Real shift, const Real* x, Real* out);
void log_sum_exp(int64_t rows, int64_t columns, const Real* x, Real* out);
void softmax(int64_t columns, const Real* x, Real log_sum, Real scale, Real* out);

// adamw.cpp
void adamw(int64_t n, const AdamW& options, const Real* grad, Real* param, Real* m, Real* v);

}  // namespace tinymor::kernels::TINYMOR_LEVEL
