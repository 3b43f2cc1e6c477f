#include "mor/random_choice.h"

#include "tensor/random.h"

namespace tinymor {
namespace {

/// u [n,count] for the active tokens in recursion r.
Tensor uniform_scores(const RouterCall& call, int64_t r, const Active& active, int64_t count) {
  const int64_t n = active.rows.count();
  const uint64_t stream = stream_of(Stream::router, uint32_t((call.step + 1) * call.recursions + r));
  Tensor scores({n, count});
  Real* to = scores.mutable_data();
  for (int64_t i = 0; i < n; ++i) {
    const uint64_t id = uint64_t(call.ids.data()[active.places[i]]);
    const uint64_t position = uint64_t(active.rows.positions.data()[i]);
    Random random(id << 32 | position, stream);
    for (int64_t j = 0; j < count; ++j) to[i * count + j] = Real(random.uniform());
  }
  return scores;
}

}  // namespace

ExpertChoice::Scores RandomExpertChoice::score(int64_t r, const Active& active) const {
  const Tensor u = uniform_scores(call_, r, active, 1);
  const double share = config().capacity[r] / (r > 0 ? config().capacity[r - 1] : 1);
  const Variable z(u - (1 - share));
  return {.z = z, .judge = z, .gates = Variable(u * config().alpha)};
}

TokenChoice::Scores RandomTokenChoice::score(const Active& active) const {
  const Tensor u = uniform_scores(call_, 0, active, call_.config.n_recursions);
  return {.z = {}, .weights = Variable(u * config().alpha)};
}

}  // namespace tinymor
