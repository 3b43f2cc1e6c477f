// Rotary positions and causal attention over one sequence.
//
// Attention goes through the queries in strips of kAttentionRows, so that only one strip of scores exists at a time.
// For a strip of r queries that see at most K keys (head width D, s = 1/sqrt(D)), forward makes five passes:
//
//   1. S [r,K] = Q K^T
//   2. P~ = exp(s S - largest), 0 where a query sees no key; its row sums Z [r]
//   3. L [r] = largest + log Z, the one number per query that backward needs
//   4. O [r,D] = P~ V
//   5. O = O / Z
//
// and backward, which gets dO [r,D], walks them back:
//
//   1. S [r,K] = Q K^T again: keeping it would cost more than computing it (Dao et al. 2022, "FlashAttention")
//   2. P [r,K] = exp(s S - L), which is P~ / Z
//   3. dV [K,D] += P^T dO and dP [r,K] = dO V^T, the two gradients of the product in forward's pass 4
//   4. dS = s P (dP - rowsum(dO O)), the gradient of the softmax in forward's passes 2 and 5
//   5. dQ [r,D] = dS K and dK [K,D] += dS^T Q, the two gradients of the product in forward's pass 1
#include "tensor/kernels/level.h"
#include "tensor/kernels/vector_math.h"

namespace tinymor::kernels::TINYMOR_LEVEL {
namespace {

/// Fewer queries than this are not worth bringing the keys into panels.
constexpr int64_t kFewQueries = 4;

/// A matrix [rows, D], rows `row` apart.
template <class Number>
struct Block {
  Number* data;
  int64_t row;

  Block from(int64_t first) const { return {data + first * row, row}; }
  Matrix matrix() const { return {data, row, 1}; }
};
using Input = Block<const Real>;
using Output = Block<Real>;

/// Takes `count` numbers from the front of the working space.
Real* take(Real*& space, int64_t count) {
  Real* taken = space;
  space += count;
  return taken;
}

/// B [rows, width] as panels: as it is where its columns fill whole panels, otherwise packed into working space.
Panels panels_of(int64_t rows, int64_t width, Input b, Real*& space) {
  if (width % kPanelCols == 0) return {b.data, b.row, kPanelCols};
  Real* panels = take(space, packed_count(rows, width));
  pack(rows, width, b.matrix(), panels);
  return packed(panels, rows);
}

/// The transpose of B [rows, width] as panels, packed into working space.
Panels transposed(int64_t rows, int64_t width, Input b, Real*& space) {
  Real* panels = take(space, packed_count(width, rows));
  pack(width, rows, {b.data, 1, b.row}, panels);
  return packed(panels, width);
}

/// The queries [first, first + rows) of a head, against the keys [0, keys) that the last of them sees.
struct Strip {
  int64_t first, rows, keys;
  const int32_t* visible;  ///< [rows], how many keys each query sees

  /// Distance between rows of scores in memory: whole panels, so that no tile of scores has a border.
  int64_t columns() const { return packed_count(1, keys); }
};

template <class Head, class F>
TINYMOR_INLINE void for_strips(const Head& head, F f) {
  for (int64_t first = 0; first < head.queries; first += kAttentionRows) {
    const int64_t rows = smaller(kAttentionRows, head.queries - first);
    const int32_t* visible = head.visible + first;
    f(Strip{first, rows, visible[rows - 1], visible});
  }
}

/// row[seen..keys) = 0: what a query does not see has no weight.
TINYMOR_INLINE void hide(const Strip& strip, int64_t query, Real* row) {
  for (int64_t j = strip.visible[query]; j < strip.keys; ++j) row[j] = 0;
}

/// Forward's pass 2: P~ in the place of S [rows, columns]; largest and sums are [rows].
void weigh(Real scale, const Strip& strip, Real* scores, Real* largest, Real* sums) {
  for (int64_t i = 0; i < strip.rows; ++i) {
    Real* row = scores + i * strip.columns();
    const int64_t seen = strip.visible[i];
    largest[i] = scale * max_of(seen, row);
    sums[i] = exp_of(seen, scale, largest[i], row, row);
    hide(strip, i, row);
  }
}

/// Forward's passes 1 to 5 for one query: q [D] -> out [D], log_sum [1]. scores: working space [seen].
void attend_one(const AttentionHead& head, int64_t seen, const Real* q, Real* out, Real* log_sum, Real* scores) {
  for (int64_t j = 0; j < seen; ++j) scores[j] = dot(head.width, q, head.k + j * head.kv_row) * head.scale;
  log_sum_exp(1, seen, scores, log_sum);
  softmax(seen, scores, *log_sum, 1, scores);
  for (int64_t c = 0; c < head.width; ++c) out[c] = 0;
  for (int64_t j = 0; j < seen; ++j) add_scaled(head.width, scores[j], head.v + j * head.kv_row, out);
}

/// Forward for one strip: q [r,D] -> out [r,D], log_sum [r], log_sum_row apart. keys_turned [D,keys], values [keys,D].
/// scores: working space [r, columns].
void attend_strip(const AttentionHead& head, const Strip& strip, Input q, Panels keys_turned, Panels values, Output out,
                  Real* log_sum, int64_t log_sum_row, Real* scores) {
  const int64_t rows = strip.rows, columns = strip.columns();
  // 1. S = Q K^T
  gemm_tiles(rows, columns, head.width, q.matrix(), keys_turned, scores, columns, false);
  // 2. P~, in the place of S
  Real largest[kAttentionRows], sums[kAttentionRows];
  weigh(head.scale, strip, scores, largest, sums);
  // 3. L
  Real logs[kAttentionRows];
  unary(Unary::log, rows, sums, logs);
  for (int64_t i = 0; i < rows; ++i) log_sum[i * log_sum_row] = largest[i] + logs[i];
  // 4. O = P~ V
  gemm_tiles(rows, head.width, strip.keys, {scores, columns, 1}, values, out.data, out.row, false);
  // 5. O / Z
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t c = 0; c < head.width; ++c) out.data[i * out.row + c] /= sums[i];
}

/// Forward without L for one strip, page by page: each product goes on where the one before ended, in the order in
/// which attend_strip adds, so that the bits are the same.
void attend_pages(const PagedHead& head, const Strip& strip, Input q, Output out, Real* scores) {
  const int64_t rows = strip.rows, columns = strip.columns();
  for (int64_t key = 0; key < strip.keys; key += kPanelCols)
    gemm_tiles(rows, kPanelCols, head.width, q.matrix(),
               {head.pages[key / kPanelCols], kPanelCols, head.width * kPanelCols}, scores + key, columns, false);
  Real largest[kAttentionRows], sums[kAttentionRows];
  weigh(head.scale, strip, scores, largest, sums);
  for (int64_t key = 0; key < strip.keys; key += kPanelCols)
    gemm_tiles(rows, head.width, smaller(kPanelCols, strip.keys - key), {scores + key, columns, 1},
               packed(head.pages[key / kPanelCols] + head.width * kPanelCols, kPanelCols), out.data, out.row, key > 0);
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t c = 0; c < head.width; ++c) out.data[i * out.row + c] /= sums[i];
}

/// What backward reads of one strip; log_sum [r] is log_sum_row apart.
struct StripGrad {
  Input q, out, dout;  ///< [r,D]
  const Real* log_sum;
  int64_t log_sum_row;
};

/// Backward for one strip: writes dq [r,D], adds to dk and dv [keys,D]. keys_turned and values_turned [D,keys], keys
/// [keys,D]. space: for q and dout as panels, p and ds.
void attend_strip_backward(const AttentionHead& head, const Strip& strip, const StripGrad& in, Panels keys_turned,
                           Panels values_turned, Panels keys, Output dq, Output dk, Output dv, Real* space) {
  const int64_t rows = strip.rows, columns = strip.columns(), width = head.width;
  const Panels q_panels = panels_of(rows, width, in.q, space);        // [r,D]
  const Panels dout_panels = panels_of(rows, width, in.dout, space);  // [r,D]
  Real* p = take(space, rows * columns);                              // [r,K], rows `columns` apart
  Real* ds = take(space, rows * columns);                             // [r,K], first dP, then dS
  // 1. S = Q K^T
  gemm_tiles(rows, columns, width, in.q.matrix(), keys_turned, p, columns, false);
  // 2. P, in the place of S
  for (int64_t i = 0; i < rows; ++i) {
    Real* row = p + i * columns;
    exp_of(strip.visible[i], head.scale, in.log_sum[i * in.log_sum_row], row, row);
    hide(strip, i, row);
  }
  // 3. dV += P^T dO, dP = dO V^T
  gemm_tiles(strip.keys, width, rows, {p, 1, columns}, dout_panels, dv.data, dv.row, true);
  gemm_tiles(rows, columns, width, in.dout.matrix(), values_turned, ds, columns, false);
  // 4. dS = s P (dP - rowsum(dO O)), in the place of dP
  for (int64_t i = 0; i < rows; ++i) {
    const Real *p_row = p + i * columns, mean = dot(width, in.dout.from(i).data, in.out.from(i).data);
    Real* ds_row = ds + i * columns;
    for (int64_t j = 0; j < strip.keys; ++j) ds_row[j] = p_row[j] * (ds_row[j] - mean) * head.scale;
  }
  // 5. dQ = dS K, dK += dS^T Q
  gemm_tiles(rows, width, strip.keys, {ds, columns, 1}, keys, dq.data, dq.row, false);
  gemm_tiles(strip.keys, width, rows, {ds, 1, columns}, q_panels, dk.data, dk.row, true);
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
        const Vec lo = load(x + i), hi = load(x + i + half);
        const Vec cosine = load(c + i), sine = splat(direction) * load(s + i);
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
  const int64_t width = head.width;
  if (head.queries < kFewQueries) {
    for (int64_t i = 0; i < head.queries; ++i)
      for (int64_t h = 0; h < head.group; ++h)
        attend_one(head, head.visible[i], head.q + i * head.q_row + h * width, out + i * out_row + h * width,
                   log_sum + i * log_sum_row + h, scratch);
    return;
  }
  // Once for all query heads that share these keys and values.
  const Panels keys_turned = transposed(head.keys, width, {head.k, head.kv_row}, scratch);  // [D,keys]
  const Panels values = panels_of(head.keys, width, {head.v, head.kv_row}, scratch);        // [keys,D]
  for (int64_t h = 0; h < head.group; ++h)
    for_strips(head, [&](const Strip& strip) {
      const Input q = Input{head.q + h * width, head.q_row}.from(strip.first);
      const Output o = Output{out + h * width, out_row}.from(strip.first);
      attend_strip(head, strip, q, keys_turned, values, o, log_sum + strip.first * log_sum_row + h, log_sum_row,
                   scratch);
    });
}

void attention_paged(const PagedHead& head, Real* out, int64_t out_row, Real* scratch) {
  // Of one query the heads that share keys are the rows of its products; of many queries, those of one head are.
  if (head.queries == 1) {
    int32_t visible[kAttentionRows];
    for (int32_t& seen : visible) seen = head.visible[0];
    for (int64_t h = 0; h < head.group; h += kAttentionRows)
      attend_pages(head, {0, smaller(kAttentionRows, head.group - h), visible[0], visible},
                   {head.q + h * head.width, head.width}, {out + h * head.width, head.width}, scratch);
    return;
  }
  for (int64_t h = 0; h < head.group; ++h)
    for_strips(head, [&](const Strip& strip) {
      attend_pages(head, strip, Input{head.q + h * head.width, head.q_row}.from(strip.first),
                   Output{out + h * head.width, out_row}.from(strip.first), scratch);
    });
}

void attention_backward(const AttentionHead& head, const Real* out, const Real* dout, int64_t out_row,
                        const Real* log_sum, int64_t log_sum_row, Real* dq, Real* dk, Real* dv, Real* scratch) {
  const int64_t width = head.width;
  // Once for all query heads that share these keys and values.
  const Panels keys_turned = transposed(head.keys, width, {head.k, head.kv_row}, scratch);    // [D,keys]
  const Panels values_turned = transposed(head.keys, width, {head.v, head.kv_row}, scratch);  // [D,keys]
  const Panels keys = panels_of(head.keys, width, {head.k, head.kv_row}, scratch);            // [keys,D]
  for (int64_t h = 0; h < head.group; ++h)
    for_strips(head, [&](const Strip& strip) {
      const StripGrad in{.q = Input{head.q + h * width, head.q_row}.from(strip.first),
                         .out = Input{out + h * width, out_row}.from(strip.first),
                         .dout = Input{dout + h * width, out_row}.from(strip.first),
                         .log_sum = log_sum + strip.first * log_sum_row + h,
                         .log_sum_row = log_sum_row};
      const Output dq_strip = Output{dq + h * width, head.q_row}.from(strip.first);
      attend_strip_backward(head, strip, in, keys_turned, values_turned, keys, dq_strip, {dk, head.kv_row},
                            {dv, head.kv_row}, scratch);
    });
}

}  // namespace tinymor::kernels::TINYMOR_LEVEL
