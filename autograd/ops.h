#pragma once
// The differentiable operations. Each is in one .cpp file with its formula, its forward and its backward side by
// side. Shapes: R rows (tokens), d columns, V vocabulary, H query heads, G key/value heads, D width of a head.
// All throw Error before computing anything when shapes do not fit. Docs: docs/03-autograd.md

#include <concepts>
#include <cstdint>
#include <vector>

#include "autograd/variable.h"
#include "tensor/ops.h"

namespace tinymor {

// --- arithmetic.cpp: elementwise with NumPy's broadcasting ---
Variable add(const Variable& a, const Variable& b);
Variable sub(const Variable& a, const Variable& b);
Variable mul(const Variable& a, const Variable& b);
Variable div(const Variable& a, const Variable& b);
/// x * factor
Variable scale(const Variable& x, Real factor);
/// x to the power of a number; see pow of tensors.
Variable pow(const Variable& x, double exponent);
/// a where condition is not 0, b elsewhere.
Variable where(const Tensor& condition, const Variable& a, const Variable& b);
/// x, limited to low..high; no gradient flows where x is outside. Throws Error where low is not at most high.
Variable clamp(const Variable& x, Real low, Real high);

inline Variable operator+(const Variable& a, const Variable& b) {
  return add(a, b);
}
inline Variable operator-(const Variable& a, const Variable& b) {
  return sub(a, b);
}
inline Variable operator-(const Variable& x) {
  return scale(x, -1);
}
inline Variable operator*(const Variable& a, const Variable& b) {
  return mul(a, b);
}
/// By a number: nothing is kept for the backward. Of Variables only, so that a Tensor times a number is a Tensor.
template <std::same_as<Variable> X>
X operator*(const X& x, Real factor) {
  return scale(x, factor);
}
template <std::same_as<Variable> X>
X operator*(Real factor, const X& x) {
  return scale(x, factor);
}
inline Variable operator/(const Variable& a, const Variable& b) {
  return div(a, b);
}

/// y += x and y *= factor in y's own memory, on the tape. Their derivatives do not need what they overwrite, but others
/// might: throws when anything else holds y's numbers (a view, a copy, an operation that saved them), when y repeats
/// elements (expand), or when y is a leaf and recording is on.
void add_in_place(Variable& y, const Variable& x);
void scale_in_place(Variable& y, Real factor);

// --- activations.cpp; the formulas are with the loops, in tensor/kernels/elementwise.cpp ---
Variable exp(const Variable& x);
Variable log(const Variable& x);
Variable sqrt(const Variable& x);
/// |x|; its derivative at 0 is taken as 0.
Variable abs(const Variable& x);
/// max(x, 0)
Variable relu(const Variable& x);
/// x P(x), P the cumulative normal distribution; and its approximation by tanh, as in GPT-2.
Variable gelu(const Variable& x);
Variable gelu_tanh(const Variable& x);
/// 1 / (1 + e^-x)
Variable sigmoid(const Variable& x);
/// x sigmoid(x)
Variable silu(const Variable& x);
Variable tanh(const Variable& x);
/// log(1 + e^x)
Variable softplus(const Variable& x);
/// e^x / sum(e^x) along `axis`, and its logarithm.
Variable softmax(const Variable& x, int64_t axis = -1);
Variable log_softmax(const Variable& x, int64_t axis = -1);
/// Each element is 0 with probability p and otherwise divided by 1 - p. The mask depends on `random` alone, which is
/// taken by value: the same generator gives the same mask, also when `recompute` runs this again.
Variable dropout(const Variable& x, double p, Random random);

// --- reductions.cpp: over all elements -> [], or over axes, which disappear, or with `keep` remain with extent 1 ---
Variable sum(const Variable& x);
Variable sum(const Variable& x, const Axes& axes, bool keep = false);
Variable mean(const Variable& x);
Variable mean(const Variable& x, const Axes& axes, bool keep = false);
/// The gradient goes to the largest element; equal ones share it.
Variable max(const Variable& x);
Variable max(const Variable& x, const Axes& axes, bool keep = false);
inline Variable min(const Variable& x) {
  return -max(-x);
}
inline Variable min(const Variable& x, const Axes& axes, bool keep = false) {
  return -max(-x, axes, keep);
}
Variable logsumexp(const Variable& x, const Axes& axes, bool keep = false);
/// sqrt(sum(x^2)); its derivative at 0 is taken as 0.
Variable norm(const Variable& x, const Axes& axes, bool keep = false);

// --- shapes.cpp: the same numbers in another arrangement; see Tensor for the rules ---
Variable reshape(const Variable& x, Shape shape);
Variable squeeze(const Variable& x, int64_t axis);
Variable unsqueeze(const Variable& x, int64_t axis);
Variable permute(const Variable& x, const std::vector<int64_t>& order);
Variable transpose(const Variable& x, int64_t a, int64_t b);
Variable slice(const Variable& x, int64_t axis, int64_t begin, int64_t end, int64_t step = 1);
Variable expand(const Variable& x, const Shape& shape);
Variable concat(const std::vector<Variable>& parts, int64_t axis);
Variable stack(const std::vector<Variable>& parts, int64_t axis);

// --- rows.cpp: picking by index. A row that is picked twice receives both gradients ---
/// Rows of x [R,d] at `index` [n] -> [n,d].
Variable gather_rows(const Variable& x, const IntTensor& index);
/// Rows of `table` [V,d] for ids of any shape -> [...,d].
Variable embedding(const Variable& table, const IntTensor& ids);
/// x [R,d] with rows of `update` [n,d] added at `index` [n].
Variable scatter_add_rows(const Variable& x, const IntTensor& index, const Variable& update);
/// x [R,d] with the rows at `index` [n] replaced by those of `update` [n,d]. Throws when an index comes twice.
Variable replace_rows(const Variable& x, const IntTensor& index, const Variable& update);
/// y[..., j] = x[..., index[..., j]]: with the indices of `sort` or `top_k`, these two made differentiable.
Variable take_along(const Variable& x, const IntTensor& index);

// --- matrix.cpp ---
/// a [...,m,k] b [...,k,n] -> [...,m,n]; the leading axes broadcast.
Variable matmul(const Variable& a, const Variable& b);
/// x [...,in] W^T -> [...,out] with W [out,in], as in torch.nn.functional.linear. Weights that are packed are read so
/// (Variable::pack).
Variable linear(const Variable& x, const Variable& weight);

// --- layers.cpp: the pieces of a transformer layer ---
/// weight * x / sqrt(mean(x^2) + eps) along the last axis; x [...,d], weight [d].
Variable rms_norm(const Variable& x, const Variable& weight, Real eps);
/// weight * (x - mean) / sqrt(variance + eps) + bias along the last axis; x [...,d], weight and bias [d].
Variable layer_norm(const Variable& x, const Variable& weight, const Variable& bias, Real eps);
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
/// How the losses of the rows are combined: their mean [], their sum [], or not at all [R].
enum class Reduction { mean, sum, none };
/// -log softmax(logits)[target] of every row; logits [R,V], targets [R]. Rows with target `ignore` have loss 0 and do
/// not count in the mean. Throws when no row counts.
Variable cross_entropy(const Variable& logits, const IntTensor& targets, Reduction reduction = Reduction::mean,
                       int32_t ignore = -1);
/// Mean of softplus(z) - z*y: binary cross-entropy of sigmoid(logits) against targets in 0..1, same shape.
Variable bce_with_logits(const Variable& logits, const Tensor& targets);

}  // namespace tinymor
