#include <algorithm>
#include <cmath>
#include <utility>

#include "autograd/ops.h"
#include "tensor/error.h"
#include "tensor/ops.h"
#include "tensor/threads.h"

namespace tinymor {
namespace {

using kernels::AttentionHead;
using kernels::table;

const Op attention_op("attention");

/// The sizes of a call, and where the part of one (sequence, key/value head), on which a kernel works, begins in each
/// matrix: q, out and their gradients [Rq,H*D], k, v and theirs [Rk,G*D], log_sum [Rq,H].
struct Geometry {
  AttentionPlan plan;
  int64_t heads, kv_heads, width;  ///< H, G, D

  int64_t sequences() const { return int64_t(plan.key_begin.size()); }
  int64_t group() const { return heads / kv_heads; }
  int64_t q_offset(int64_t s, int64_t head) const { return (plan.query_offsets[s] * heads + head * group()) * width; }
  int64_t kv_offset(int64_t s, int64_t head) const { return (plan.key_begin[s] * kv_heads + head) * width; }
  int64_t log_sum_offset(int64_t s, int64_t head) const { return plan.query_offsets[s] * heads + head * group(); }
  int64_t queries(int64_t s) const { return plan.query_offsets[s + 1] - plan.query_offsets[s]; }
  int64_t keys(int64_t s) const { return queries(s) ? plan.visible[plan.query_offsets[s + 1] - 1] : 0; }

  AttentionHead view(int64_t s, int64_t head, const Tensor& q, const Tensor& k, const Tensor& v) const {
    return {.queries = queries(s),
            .keys = keys(s),
            .group = group(),
            .width = width,
            .scale = Real(1 / std::sqrt(double(width))),
            .visible = plan.visible.data() + plan.query_offsets[s],
            .q = q.data() + q_offset(s, head),
            .k = k.data() + kv_offset(s, head),
            .v = v.data() + kv_offset(s, head),
            .q_row = heads * width,
            .kv_row = kv_heads * width};
  }

  /// Calls body(sequence, key/value head, working space) for all, in parallel.
  template <class Body>
  void for_heads(Body body) const {
    int64_t longest = 0;
    for (int64_t s = 0; s < sequences(); ++s) longest = std::max(longest, keys(s));
    const int64_t size = kernels::attention_scratch(longest, width);
    Tensor scratch({thread_count(), size});
    Real* spaces = scratch.mutable_data();
    parallel_for(sequences() * kv_heads, [&](int64_t i) {
      if (queries(i / kv_heads) > 0) body(i / kv_heads, i % kv_heads, spaces + thread_index() * size);
    });
  }
};

Geometry checked_geometry(const Variable& q, const Variable& k, const Variable& v, const AttentionPlan& plan,
                          int64_t heads, int64_t kv_heads) {
  check(q.value().rank() == 2 && k.value().rank() == 2 && k.shape() == v.shape(),
        "[attention] queries {}, keys {} and values {} do not fit", q.shape(), k.shape(), v.shape());
  check(heads > 0 && kv_heads > 0 && heads % kv_heads == 0, "[attention] {} heads cannot share {} key heads evenly",
        heads, kv_heads);
  check(q.dim(1) % heads == 0 && k.dim(1) == q.dim(1) / heads * kv_heads,
        "[attention] queries {} and keys {} do not fit {} and {} heads", q.shape(), k.shape(), heads, kv_heads);
  check(plan.query_offsets.size() == plan.key_begin.size() + 1 && plan.query_offsets.front() == 0 &&
            plan.query_offsets.back() == q.dim(0) && int64_t(plan.visible.size()) == q.dim(0),
        "[attention] the plan is for other rows than the {} given", q.dim(0));
  const Geometry geometry{plan, heads, kv_heads, q.dim(1) / heads};
  for (int64_t s = 0; s < geometry.sequences(); ++s) {
    check(geometry.queries(s) >= 0 && plan.key_begin[s] >= 0 && plan.key_begin[s] + geometry.keys(s) <= k.dim(0),
          "[attention] sequence {} reaches outside the {} key rows", s, k.dim(0));
    for (int64_t i = plan.query_offsets[s]; i < plan.query_offsets[s + 1]; ++i)
      check(plan.visible[i] >= (i > plan.query_offsets[s] ? plan.visible[i - 1] : 1),
            "[attention] query row {} sees fewer keys than the one before it, or none", i);
  }
  return geometry;
}

/// out [Rq,H*D] and log_sum [Rq,H], the logarithm of each softmax's denominator.
struct Forward {
  Tensor out, log_sum;
};

Forward forward(const Geometry& geometry, const Tensor& q, const Tensor& k, const Tensor& v) {
  const int64_t heads = geometry.heads, row = q.dim(1);
  Forward result{Tensor(q.shape()), Tensor({q.dim(0), heads})};
  Real *out = result.out.mutable_data(), *log_sum = result.log_sum.mutable_data();
  geometry.for_heads([&](int64_t s, int64_t head, Real* space) {
    const int64_t q_at = geometry.q_offset(s, head), log_sum_at = geometry.log_sum_offset(s, head);
    table().attention(geometry.view(s, head, q, k, v), out + q_at, row, log_sum + log_sum_at, heads, space);
  });
  return result;
}

/// The gradients of q [Rq,H*D], k and v [Rk,G*D].
struct Grads {
  Tensor q, k, v;
};

Grads backward(const Geometry& geometry, const Tensor& q, const Tensor& k, const Tensor& v, const Forward& kept,
               const Tensor& dout) {
  const int64_t heads = geometry.heads, row = q.dim(1);
  Grads grads{Tensor(q.shape()), Tensor::zeros(k.shape()), Tensor::zeros(v.shape())};
  Real *dq = grads.q.mutable_data(), *dk = grads.k.mutable_data(), *dv = grads.v.mutable_data();
  const Real *out = kept.out.data(), *log_sum = kept.log_sum.data(), *g = dout.data();
  geometry.for_heads([&](int64_t s, int64_t head, Real* space) {
    const int64_t q_at = geometry.q_offset(s, head), log_sum_at = geometry.log_sum_offset(s, head);
    const int64_t kv_at = geometry.kv_offset(s, head);
    table().attention_backward(geometry.view(s, head, q, k, v), out + q_at, g + q_at, row, log_sum + log_sum_at, heads,
                               dq + q_at, dk + kv_at, dv + kv_at, space);
  });
  return grads;
}

}  // namespace

// P = softmax(Q K^T / sqrt(D)) over the visible keys, O = P V:
// dV = P^T dO, dP = dO V^T, dS = P (dP - rowsum(dO O)) / sqrt(D), dQ = dS K, dK = dS^T Q
Variable attention(const Variable& q, const Variable& k, const Variable& v, const AttentionPlan& plan, int64_t heads,
                   int64_t kv_heads) {
  const Geometry geometry = checked_geometry(q, k, v, plan, heads, kv_heads);
  const Tensor qs = q.value().contiguous_copy(), ks = k.value().contiguous_copy(), vs = v.value().contiguous_copy();
  const Forward result = forward(geometry, qs, ks, vs);
  return record(
      attention_op, {q, k, v}, result.out,
      [geometry, q = Saved(qs), k = Saved(ks), v = Saved(vs), out = Saved(result.out), log_sum = result.log_sum](
          const Tensor& g, InputGrads& in) {
        Grads grads = backward(geometry, q.get(), k.get(), v.get(), {out.get(), log_sum}, g.contiguous_copy());
        in.add(0, std::move(grads.q));
        in.add(1, std::move(grads.k));
        in.add(2, std::move(grads.v));
      });
}

}  // namespace tinymor
