// Rotary positions and causal attention over one sequence.
//
// Attention goes through the queries kAttentionRows at a time, so that only a strip of scores exists at once. The
// backward computes the strip again from the stored log-sum instead of keeping it (Dao et al. 2022, "FlashAttention").
#include "tensor/kernels/level.h"
#include "tensor/kernels/vector_math.h"

namespace tinymor::kernels::TINYMOR_LEVEL {
namespace {

/// Fewer queries than this are not worth bringing the keys into panels.
constexpr int64_t kFewQueries = 4;

/// B [rows, width] as panels: as it lies where that is possible, else packed into `space`, which then moves on.
Panels panels_of(int64_t rows, int64_t width, const Real* data, int64_t row, Real*& space) {
  if (width % kPanelCols == 0) return {data, row, kPanelCols};
  pack(rows, width, {data, row, 1}, space);
  const Panels panels = packed(space, rows);
  space += packed_count(rows, width);
  return panels;
}

/// The transpose of B [rows, width], packed into `space`, which then moves on.
Panels transposed(int64_t rows, int64_t width, const Real* data, int64_t row, Real*& space) {
  pack(width, rows, {data, 1, row}, space);
  const Panels panels = packed(space, width);
  space += packed_count(width, rows);
  return panels;
}

/// A strip of queries: rows [first, first + rows) against the keys that its last row sees.
struct Strip {
  int64_t first, rows, keys;
  /// Columns of its scores in memory: whole panels, so that no tile has a border.
  int64_t columns() const { return (keys + kPanelCols - 1) / kPanelCols * kPanelCols; }
};

template <class F>
TINYMOR_INLINE void for_strips(const AttentionHead& head, F f) {
  for (int64_t first = 0; first < head.queries; first += kAttentionRows) {
    const int64_t rows = smaller(kAttentionRows, head.queries - first);
    f(Strip{first, rows, head.visible[first + rows - 1]});
  }
}

/// One query of one head: dot products with its keys, then the mix of its values.
void attend(const AttentionHead& head, int64_t seen, const Real* q, Real* out, Real* log_sum, Real* scores) {
  for (int64_t j = 0; j < seen; ++j) scores[j] = dot(head.width, q, head.k + j * head.kv_row) * head.scale;
  log_sum_exp(1, seen, scores, log_sum);
  softmax(seen, scores, *log_sum, 1, scores);
  for (int64_t c = 0; c < head.width; ++c) out[c] = 0;
  for (int64_t j = 0; j < seen; ++j) add_scaled(head.width, scores[j], head.v + j * head.kv_row, out);
}

}  // namespace

void rope(int64_t rows, int64_t heads, int64_t width, const int32_t* positions, const Real* cosines, const Real* sines,
          Real direction, const Real* x, Real* y) {
  const int64_t half = width / 2;
  for (int64_t row = 0; row < rows; ++row) {
    const Real* c = cosines + positions[row] * half;
    const Real* s = sines + positions[row] * half;
    for (int64_t head = 0; head < heads; ++head, x += width, y += width) {
      int64_t i = 0;
      for (; i + kLanes <= half; i += kLanes) {
        const Vec lo = load(x + i), hi = load(x + i + half), cosine = load(c + i),
                  sine = splat(direction) * load(s + i);
        store(y + i, lo * cosine - hi * sine);
        store(y + i + half, hi * cosine + lo * sine);
      }
      for (; i < half; ++i) {
        const Real lo = x[i], hi = x[i + half], sine = direction * s[i];
        y[i] = lo * c[i] - hi * sine;
        y[i + half] = hi * c[i] + lo * sine;
      }
    }
  }
}

void attention(const AttentionHead& head, Real* out, int64_t out_row, Real* log_sum, int64_t log_sum_row,
               Real* scratch) {
  if (head.queries < kFewQueries) {
    for (int64_t i = 0; i < head.queries; ++i)
      for (int64_t h = 0; h < head.group; ++h)
        attend(head, head.visible[i], head.q + i * head.q_row + h * head.width, out + i * out_row + h * head.width,
               log_sum + i * log_sum_row + h, scratch);
    return;
  }
  const Panels keys = transposed(head.keys, head.width, head.k, head.kv_row, scratch);
  const Panels values = panels_of(head.keys, head.width, head.v, head.kv_row, scratch);
  Real* scores = scratch;
  for (int64_t h = 0; h < head.group; ++h) {
    for_strips(head, [&](const Strip& strip) {
      const int64_t columns = strip.columns();
      Real* strip_out = out + strip.first * out_row + h * head.width;
      gemm_tiles(strip.rows, columns, head.width, {head.q + strip.first * head.q_row + h * head.width, head.q_row, 1},
                 keys, scores, columns, false);
      Real maxima[kAttentionRows], sums[kAttentionRows];
      for (int64_t i = 0; i < strip.rows; ++i) {
        Real* row = scores + i * columns;
        const int64_t seen = head.visible[strip.first + i];
        const Real largest = head.scale * max_of(seen, row);
        sums[i] = exp_of(seen, head.scale, largest, row, row);
        for (int64_t j = seen; j < strip.keys; ++j) row[j] = 0;
        maxima[i] = largest;
      }
      Real logs[kAttentionRows];
      unary(Unary::log, strip.rows, sums, logs);
      for (int64_t i = 0; i < strip.rows; ++i) log_sum[(strip.first + i) * log_sum_row + h] = maxima[i] + logs[i];
      gemm_tiles(strip.rows, head.width, strip.keys, {scores, columns, 1}, values, strip_out, out_row, false);
      for (int64_t i = 0; i < strip.rows; ++i)
        for (int64_t c = 0; c < head.width; ++c) strip_out[i * out_row + c] /= sums[i];
    });
  }
}

void attention_backward(const AttentionHead& head, const Real* out, const Real* dout, int64_t out_row,
                        const Real* log_sum, int64_t log_sum_row, Real* dq, Real* dk, Real* dv, Real* scratch) {
  const int64_t width = head.width;
  const Panels keys_turned = transposed(head.keys, width, head.k, head.kv_row, scratch);
  const Panels values_turned = transposed(head.keys, width, head.v, head.kv_row, scratch);
  const Panels keys = panels_of(head.keys, width, head.k, head.kv_row, scratch);
  for (int64_t h = 0; h < head.group; ++h) {
    for_strips(head, [&](const Strip& strip) {
      const int64_t columns = strip.columns(), rows = strip.rows;
      const Real* q = head.q + strip.first * head.q_row + h * width;
      const Real* o = out + strip.first * out_row + h * width;
      const Real* g = dout + strip.first * out_row + h * width;
      Real* space = scratch;
      const Panels q_panels = panels_of(rows, width, q, head.q_row, space);
      const Panels g_panels = panels_of(rows, width, g, out_row, space);
      Real *p = space, *ds = p + rows * columns;
      gemm_tiles(rows, columns, width, {q, head.q_row, 1}, keys_turned, p, columns, false);
      gemm_tiles(rows, columns, width, {g, out_row, 1}, values_turned, ds, columns, false);
      for (int64_t i = 0; i < rows; ++i) {
        Real *p_row = p + i * columns, *ds_row = ds + i * columns;
        const int64_t seen = head.visible[strip.first + i];
        exp_of(seen, head.scale, log_sum[(strip.first + i) * log_sum_row + h], p_row, p_row);
        for (int64_t j = seen; j < strip.keys; ++j) p_row[j] = 0;
        // d score = p (dp - sum_j p_j dp_j), and that sum is dout . out
        const Real mean = dot(width, g + i * out_row, o + i * out_row);
        for (int64_t j = 0; j < strip.keys; ++j) ds_row[j] = p_row[j] * (ds_row[j] - mean) * head.scale;
      }
      gemm_tiles(strip.keys, width, rows, {p, 1, columns}, g_panels, dv, head.kv_row, true);
      gemm_tiles(strip.keys, width, rows, {ds, 1, columns}, q_panels, dk, head.kv_row, true);
      gemm_tiles(rows, width, strip.keys, {ds, columns, 1}, keys, dq + strip.first * head.q_row + h * width, head.q_row,
                 false);
    });
  }
}

}  // namespace tinymor::kernels::TINYMOR_LEVEL
