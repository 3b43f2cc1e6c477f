#pragma once
// All loops over raw numbers, as one table of functions per SIMD level. Nothing here knows shapes, broadcasting or
// gradients; the operations in tensor/*.cpp and autograd/*.cpp check, split the work over threads and call these.
//
// Letters: R rows, d columns, H query heads, G key/value heads, D width of a head, V vocabulary. Buffers are row-major;
// `*_row` is the distance between rows. No function allocates or throws. Docs: docs/04-why-is-it-fast.md

#include <cstdint>

#include "tensor/real.h"

namespace tinymor::kernels {

/// A matrix with any strides: element (i,j) is data[i*row + j*col].
struct Matrix {
  const Real* data;
  int64_t row, col;
};

enum class Binary { add, sub, mul, div, less, less_equal, equal };
enum class Unary { exp, log, sqrt, abs, relu, gelu, gelu_tanh, sigmoid, silu, tanh, softplus };
/// "add", "exp", ...
const char* name_of(Binary op);
const char* name_of(Unary f);

/// Columns of a panel: those of the widest tile (gemm.cpp), and a whole number of tiles at every SIMD level.
constexpr int64_t kPanelCols = 32;

/// A matrix [k,n] as panels of kPanelCols columns: element (p, kPanelCols j + i) is data[j*panel + p*row + i]. `pack`
/// makes them from any matrix; a row-major matrix whose columns fill whole panels is {data, its row, kPanelCols}
/// without a copy. A product of one row reads panels `past_cache` without displacing what the cache holds.
struct Panels {
  const Real* data;
  int64_t row, panel;
  bool past_cache = false;
};
/// The number of elements in the panels of a packed [k,n].
constexpr int64_t packed_count(int64_t k, int64_t n) {
  return (n + kPanelCols - 1) / kPanelCols * kPanelCols * k;
}
/// The panels that `pack` made of a [k,n].
constexpr Panels packed(const Real* data, int64_t k, bool past_cache = false) {
  return {data, kPanelCols, k * kPanelCols, past_cache};
}

/// Rows of whole numbers in -127..127, each of which stands for itself times the scale of its row; `row` bytes apart.
struct Int8Rows {
  const int8_t* data;
  int64_t row;
  const Real* scales;
};
/// A matrix [k,n] of such numbers with a scale for each column, k a multiple of 4, as `pack_int8` makes it: panels of
/// kPanelCols columns, packed_count(k,n) bytes; number (p, kPanelCols j + i) is data[j*kPanelCols*k + p/4*4*kPanelCols
/// + 4 i + p%4]. Of each column of the panels there is the sum.
struct Int8Panels {
  const int8_t* data;
  const Real* scales;
  const int32_t* sums;
};

/// Numbers of a matrix [k,n] that share a scale, in each column, where they are whole ones in -7..7.
constexpr int64_t kInt4Group = 32;
/// Such a matrix, k a multiple of kInt4Group, as `pack_int4` makes it: panels of kPanelCols columns, half a byte for
/// each number, which stands for 8 less. Numbers p and p+4, for p%8 < 4, of column i are the lower and the upper half
/// of byte p/8*4*kPanelCols + 4 i + p%4 of their panel. Scales: [panels, groups, kPanelCols].
struct Int4Panels {
  const uint8_t* data;
  const Real* scales;
};

/// One sequence and one key/value head of causal attention, with its group of query heads. Query i sees the first
/// visible[i] keys. Scores are q.k * scale.
struct AttentionHead {
  int64_t queries, keys, group, width;  ///< width: D
  Real scale;
  const int32_t* visible;  ///< [queries], ascending
  const Real* q;           ///< [queries, group*D], rows q_row apart
  const Real* k;           ///< [keys, D], rows kv_row apart
  const Real* v;           ///< [keys, D], rows kv_row apart
  int64_t q_row, kv_row;
};

/// The same with keys and values in pages of kPanelCols tokens, as a cache keeps them (mor/kv_pages.h): each has the
/// head's keys [D,kPanelCols] and then its values [kPanelCols,D], packed.
struct PagedHead {
  int64_t queries, group, width;
  Real scale;
  const int32_t* visible;  ///< [queries], ascending
  const Real* q;           ///< [queries, group*D], rows q_row apart
  int64_t q_row;
  const Real* const* pages;
};

/// One rung of the ladder of matrix products in docs/04-why-is-it-fast.md: C [m,n] = A [m,k] B [k,n], all row-major
/// without gaps, computed in a way that is better than the rung before.
struct Rung {
  const char* name;
  void (*product)(int64_t m, int64_t n, int64_t k, const Real* a, const Real* b, Real* c);
};

struct AdamW {
  Real lr, beta1, beta2, eps, weight_decay;
  Real correction1, correction2;  ///< 1 - beta^t
};

struct Table {
  /// out[i] = a[i*a_step] (op) b[i*b_step]
  void (*binary)(Binary op, int64_t n, const Real* a, int64_t a_step, const Real* b, int64_t b_step, Real* out);
  /// out[i] = condition[i] is not 0 ? a[i] : b[i], each with its step
  void (*choose)(int64_t n, const Real* condition, int64_t condition_step, const Real* a, int64_t a_step, const Real* b,
                 int64_t b_step, Real* out);
  void (*unary)(Unary f, int64_t n, const Real* x, Real* out);
  /// out = g f'(x)
  void (*unary_slope)(Unary f, int64_t n, const Real* x, const Real* g, Real* out);
  /// Sum of n numbers in sixteen interleaved partial sums.
  Real (*sum)(int64_t n, const Real* x);
  Real (*dot)(int64_t n, const Real* a, const Real* b);
  /// y += scale * x
  void (*add_scaled)(int64_t n, Real scale, const Real* x, Real* y);

  /// Copies B [k,n] into panels, packed_count(k,n) elements; the last panel is filled up with zeros.
  void (*pack)(int64_t k, int64_t n, Matrix b, Real* panels);
  /// C [m,n] = A [m,k] B [k,n], added to C when `add`.
  void (*gemm)(int64_t m, int64_t n, int64_t k, Matrix a, Panels b, Real* c, int64_t c_row, bool add);
  /// For measuring and reading only.
  Rung ladder[4];
  /// Reads n numbers, a multiple of 64, as fast as memory hands them over, and adds them up.
  uint32_t (*read)(int64_t n, const uint32_t* x);

  /// Rounds rows of k numbers to whole ones in -127..127 of a scale per row: row_bytes each, of which those after k are
  /// 0. A row that is not finite gets a scale that is NaN.
  void (*quantise_rows)(int64_t rows, int64_t k, const Real* x, int64_t x_row, int64_t row_bytes, int8_t* numbers,
                        Real* scales);
  /// Brings n rows of k bytes, the columns of a B [k,n], into panels (Int8Panels) with packed_count(1,n) sums.
  void (*pack_int8)(int64_t k, int64_t n, const int8_t* rows, int8_t* panels, int32_t* sums);
  /// C [m,n] = A [m,k] B [k,n].
  void (*gemm_int8)(int64_t m, int64_t n, int64_t k, Int8Rows a, Int8Panels b, Real* c, int64_t c_row);

  /// Rounds n rows of k numbers, the columns of a B [padded,n] that is 0 after k, and brings them into panels. A group
  /// that is not finite gets a scale that is NaN.
  void (*pack_int4)(int64_t k, int64_t n, int64_t padded, const Real* rows, uint8_t* panels, Real* scales);
  /// Of each kInt4Group of n numbers.
  void (*sums_of_groups)(int64_t n, const int8_t* numbers, int32_t* sums);
  /// C [m,n] = A [m,k] B [k,n]; sums [m, groups] of A.
  void (*gemm_int4)(int64_t m, int64_t n, int64_t k, Int8Rows a, const int32_t* sums, Int4Panels b, Real* c,
                    int64_t c_row);

  /// The numbers whose upper halves x are.
  void (*widen_bf16)(int64_t n, const uint16_t* x, Real* y);
  /// y [rows,columns] = x times the scale of its row, or of its column.
  void (*widen_int8)(int64_t rows, int64_t columns, const int8_t* x, const Real* scales, bool by_row, Real* y);

  /// y = weight * x / rms(x) per row, rms = sqrt(mean(x^2) + eps); inverse_rms [R] is kept for the backward.
  void (*rms_norm)(int64_t rows, int64_t d, Real eps, const Real* x, const Real* weight, Real* y, Real* inverse_rms);
  /// dx = r (w g) - x r^3/d sum(w g x); dweight += sum over rows of g x r.
  void (*rms_norm_backward)(int64_t rows, int64_t d, const Real* x, const Real* weight, const Real* inverse_rms,
                            const Real* g, Real* dx, Real* dweight);

  /// y = silu(gate) * up and its derivatives.
  void (*swiglu)(int64_t n, const Real* gate, const Real* up, Real* y);
  void (*swiglu_backward)(int64_t n, const Real* gate, const Real* up, const Real* g, Real* dgate, Real* dup);

  /// Turns each head of each row by the angles of its position (half-split layout): cosines and sines [positions, D/2];
  /// direction -1 turns back.
  void (*rope)(int64_t rows, int64_t heads, int64_t width, const int32_t* positions, const Real* cosines,
               const Real* sines, Real direction, const Real* x, Real* y);

  /// out rows `out_row` apart; log_sum [queries, group] with rows `log_sum_row` apart keeps log(sum(exp(scores))).
  /// scratch: attention_scratch(keys, width).
  void (*attention)(const AttentionHead& head, Real* out, int64_t out_row, Real* log_sum, int64_t log_sum_row,
                    Real* scratch);
  /// The same for keys and values in pages, without log_sum. scratch: attention_scratch(keys, width).
  void (*attention_paged)(const PagedHead& head, Real* out, int64_t out_row, Real* scratch);
  /// Writes dq (like q), adds to dk and dv (like k, v).
  void (*attention_backward)(const AttentionHead& head, const Real* out, const Real* dout, int64_t out_row,
                             const Real* log_sum, int64_t log_sum_row, Real* dq, Real* dk, Real* dv, Real* scratch);

  /// log(sum(exp(row))) of each row [R,V].
  void (*log_sum_exp)(int64_t rows, int64_t columns, const Real* x, Real* out);
  /// out = exp(x - log_sum) * scale per row: the softmax when scale is 1.
  void (*softmax)(int64_t columns, const Real* x, Real log_sum, Real scale, Real* out);

  /// One step of AdamW (Loshchilov and Hutter 2019) for n parameters.
  void (*adamw)(int64_t n, const AdamW& options, const Real* grad, Real* param, Real* m, Real* v);
};

/// Queries that attention handles at a time: a multiple of every tile's rows, and few enough for their scores to stay
/// in the first- or second-level cache (24 queries with 256 keys have 24 KiB of scores).
constexpr int64_t kAttentionRows = 24;
/// Working space of the attention functions, in elements, as the backward needs it: K^T, V^T and K of a head, Q and dO
/// of a strip of queries as panels, and two strips of scores. The forward needs less.
constexpr int64_t attention_scratch(int64_t keys, int64_t width) {
  return 2 * packed_count(width, keys) + packed_count(keys, width) + 2 * packed_count(kAttentionRows, width) +
         2 * packed_count(kAttentionRows, keys);
}

/// The loops for this processor: the highest level it has, or the one named by the environment variable TINYMOR_SIMD
/// (baseline, avx2, avx512). Throws InputError when that one is unknown or not available.
const Table& table();
/// The name of that level.
const char* level_name();

}  // namespace tinymor::kernels
