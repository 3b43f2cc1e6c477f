// Rotary positions and causal attention over one sequence.
//
// Attention goes through the queries kAttentionRows at a time, so that only a strip of scores exists at once. The
// backward computes the strip again from the stored log-sum instead of keeping it (Dao et al. 2022, "FlashAttention").
#include "tensor/kernels/level.h"
#include "tensor/kernels/vector_math.h"

namespace tinymor::kernels::TINYMOR_LEVEL {
namespace {

/// A strip of queries of one head: rows [first, first + rows) against the keys that its last row sees.
struct Strip {
  int64_t first, rows, keys;
};

template <class F>
TINYMOR_INLINE void for_strips(const AttentionHead& head, F f) {
  for (int64_t first = 0; first < head.queries; first += kAttentionRows) {
    const int64_t rows = head.queries - first < kAttentionRows ? head.queries - first : kAttentionRows;
    f(Strip{first, rows, head.visible[first + rows - 1]});
  }
}

/// scores [rows, keys] = q k^T of one query head; `a` and `b` have D columns.
void products(const Strip& strip, const Real* a, int64_t a_row, const Real* b, int64_t b_row, int64_t width,
              Real* scores, Real* scratch) {
  if (strip.rows == 1) {
    for (int64_t j = 0; j < strip.keys; ++j) scores[j] = dot(width, a, b + j * b_row);
  } else {
    gemm(strip.rows, strip.keys, width, {a, a_row, 1}, {b, 1, b_row}, scores, strip.keys, false, scratch);
  }
}

/// Row i of p: exp(scale*scores - log_sum) for the visible keys, 0 for the others.
void probabilities(const AttentionHead& head, const Strip& strip, int64_t i, Real log_sum, Real* scores) {
  const int64_t seen = head.visible[strip.first + i];
  Real* row = scores + i * strip.keys;
  softmax(seen, row, log_sum, 1, row);
  for (int64_t j = seen; j < strip.keys; ++j) row[j] = 0;
}

void scale_row(int64_t n, Real scale, Real* row) {
  for (int64_t j = 0; j < n; ++j) row[j] *= scale;
}

}  // namespace

void rope(int64_t rows, int64_t heads, int64_t width, const int32_t* positions, const Real* cosines, const Real* sines,
          Real direction, const Real* x, Real* y) {
  const int64_t half = width / 2;
  for (int64_t row = 0; row < rows; ++row) {
    const Real* c = cosines + positions[row] * half;
    const Real* s = sines + positions[row] * half;
    for (int64_t head = 0; head < heads; ++head, x += width, y += width) {
      for (int64_t i = 0; i < half; ++i) {
        const Real lo = x[i], hi = x[i + half], sine = direction * s[i];
        y[i] = lo * c[i] - hi * sine;
        y[i + half] = hi * c[i] + lo * sine;
      }
    }
  }
}

void attention(const AttentionHead& head, Real* out, int64_t out_row, Real* log_sum, int64_t log_sum_row,
               Real* scratch) {
  Real* scores = scratch + kGemmScratch;
  for (int64_t h = 0; h < head.group; ++h) {
    for_strips(head, [&](const Strip& strip) {
      products(strip, head.q + strip.first * head.q_row + h * head.width, head.q_row, head.k, head.kv_row, head.width,
               scores, scratch);
      for (int64_t i = 0; i < strip.rows; ++i) {
        Real* row = scores + i * strip.keys;
        const int64_t seen = head.visible[strip.first + i];
        scale_row(seen, head.scale, row);
        Real& row_log_sum = log_sum[(strip.first + i) * log_sum_row + h];
        log_sum_exp(1, seen, row, &row_log_sum);
        probabilities(head, strip, i, row_log_sum, scores);
      }
      gemm(strip.rows, head.width, strip.keys, {scores, strip.keys, 1}, {head.v, head.kv_row, 1},
           out + strip.first * out_row + h * head.width, out_row, false, scratch);
    });
  }
}

void attention_backward(const AttentionHead& head, const Real* out, const Real* dout, int64_t out_row,
                        const Real* log_sum, int64_t log_sum_row, Real* dq, Real* dk, Real* dv, Real* scratch) {
  Real* p = scratch + kGemmScratch;
  Real* ds = p + kAttentionRows * head.keys;
  for (int64_t h = 0; h < head.group; ++h) {
    for_strips(head, [&](const Strip& strip) {
      const int64_t q_at = strip.first * head.q_row + h * head.width, out_at = strip.first * out_row + h * head.width;
      products(strip, head.q + q_at, head.q_row, head.k, head.kv_row, head.width, p, scratch);
      products(strip, dout + out_at, out_row, head.v, head.kv_row, head.width, ds, scratch);
      for (int64_t i = 0; i < strip.rows; ++i) {
        const int64_t seen = head.visible[strip.first + i];
        scale_row(seen, head.scale, p + i * strip.keys);
        probabilities(head, strip, i, log_sum[(strip.first + i) * log_sum_row + h], p);
        // d score = p (dp - sum_j p_j dp_j), and that sum is dout . out
        const Real mean = dot(head.width, dout + out_at + i * out_row, out + out_at + i * out_row);
        Real* ds_row = ds + i * strip.keys;
        const Real* p_row = p + i * strip.keys;
        for (int64_t j = 0; j < strip.keys; ++j) ds_row[j] = p_row[j] * (ds_row[j] - mean) * head.scale;
      }
      const int64_t keys = strip.keys;
      gemm(keys, head.width, strip.rows, {p, 1, keys}, {dout + out_at, out_row, 1}, dv, head.kv_row, true, scratch);
      gemm(keys, head.width, strip.rows, {ds, 1, keys}, {head.q + q_at, head.q_row, 1}, dk, head.kv_row, true, scratch);
      gemm(strip.rows, head.width, keys, {ds, keys, 1}, {head.k, head.kv_row, 1}, dq + q_at, head.q_row, true, scratch);
    });
  }
}

}  // namespace tinymor::kernels::TINYMOR_LEVEL
