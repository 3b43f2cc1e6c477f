#pragma once
// The differentiable operations. Each stands in one .cpp file with its formula, its forward and its backward side by
// side. Shapes: R rows (tokens), d columns, V vocabulary, H query heads, G key/value heads, D width of a head.
// All throw before computing anything when shapes do not fit.

#include <cstdint>
#include <vector>

#include "autograd/variable.h"

namespace tinymor {

// --- arithmetic.cpp: elementwise with NumPy's broadcasting ---
Variable add(const Variable& a, const Variable& b);
Variable sub(const Variable& a, const Variable& b);
Variable mul(const Variable& a, const Variable& b);
Variable div(const Variable& a, const Variable& b);
/// x * factor
Variable scale(const Variable& x, Real factor);
Variable exp(const Variable& x);
Variable log(const Variable& x);
/// 1 / (1 + e^-x)
Variable sigmoid(const Variable& x);
/// x sigmoid(x)
Variable silu(const Variable& x);
/// The sum of all elements, [].
Variable sum(const Variable& x);
/// The mean of all elements, [].
Variable mean(const Variable& x);
/// The same elements in another shape.
Variable reshape(const Variable& x, Shape shape);

inline Variable operator+(const Variable& a, const Variable& b) {
  return add(a, b);
}
inline Variable operator-(const Variable& a, const Variable& b) {
  return sub(a, b);
}
inline Variable operator*(const Variable& a, const Variable& b) {
  return mul(a, b);
}
inline Variable operator/(const Variable& a, const Variable& b) {
  return div(a, b);
}

// --- matrix.cpp ---
/// a [m,k] b [k,n] -> [m,n]
Variable matmul(const Variable& a, const Variable& b);
/// x [R,in] W^T -> [R,out] with W [out,in], as in torch.nn.functional.linear.
Variable linear(const Variable& x, const Variable& weight);

// --- rows.cpp: picking tokens ---
/// Rows of x [R,d] at `index` [n] -> [n,d]. An embedding is this with x the table and the ids as index. The backward
/// adds up the gradients of a row that was picked more than once.
Variable gather_rows(const Variable& x, const IntTensor& index);
/// x [R,d] with the rows at `index` [n] replaced by those of `update` [n,d]. Throws when an index comes twice.
Variable replace_rows(const Variable& x, const IntTensor& index, const Variable& update);

// --- layers.cpp: the pieces of a Llama layer ---
/// weight * x / sqrt(mean(x^2) + eps) per row; x [R,d], weight [d].
Variable rms_norm(const Variable& x, const Variable& weight, Real eps);
/// silu(gate) * up
Variable swiglu(const Variable& gate, const Variable& up);

/// cos and sin of position * theta^(-2i/D), i = 0..D/2-1, for every position below `positions` (Su et al. 2021).
struct RopeTable {
  RopeTable(int64_t positions, int64_t width, double theta);
  int64_t width;
  Tensor cosines, sines;  ///< [positions, D/2]
};
/// Turns each pair (i, i+D/2) of each head of x [R,heads*D] by the angle of its row's position (half-split layout).
Variable rope(const Variable& x, const IntTensor& positions, const RopeTable& table);

// --- attention.cpp ---
/// Sequences packed end to end, and what each query may see: query rows query_offsets[s]..query_offsets[s+1] belong to
/// sequence s, whose keys begin at row key_begin[s]; query row i sees the first visible[i] of them. Within a sequence
/// `visible` must not decrease.
struct AttentionPlan {
  std::vector<int64_t> query_offsets;  ///< [S+1]
  std::vector<int64_t> key_begin;      ///< [S]
  std::vector<int32_t> visible;        ///< [Rq]
};
/// softmax(q k^T / sqrt(D)) v per head; q [Rq,H*D], k and v [Rk,G*D]; each key head serves H/G query heads (GQA).
Variable attention(const Variable& q, const Variable& k, const Variable& v, const AttentionPlan& plan, int64_t heads,
                   int64_t kv_heads);

// --- losses.cpp ---
/// Mean over rows of -log softmax(logits)[target]; logits [R,V], targets [R]. Rows with target -1 do not count; at
/// least one must. When `row_nll` is given it receives the loss of every row [R], 0 where the target is -1.
Variable cross_entropy(const Variable& logits, const IntTensor& targets, Tensor* row_nll = nullptr);
/// Mean of softplus(z) - z*y: binary cross-entropy of sigmoid(logits) against targets in 0..1, same shape.
Variable bce_with_logits(const Variable& logits, const Tensor& targets);

}  // namespace tinymor
