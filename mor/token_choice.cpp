#include "mor/token_choice.h"

#include <algorithm>

namespace tinymor {
namespace {

IntTensor int_tensor(const std::vector<int32_t>& values) {
  return IntTensor({int64_t(values.size())}, values);
}

}  // namespace

TokenChoice::Scores TokenChoice::score(const Active& active) const {
  const Variable z = call_.weights.main[0](active.x);
  const Variable shares = config().function == RouterFunction::softmax ? softmax(z) : sigmoid(z);
  return {.z = z, .weights = scale(shares, Real(config().alpha))};
}

void TokenChoice::teach(const Scores& scores, const Tensor& load) {
  if (config().balancing == RouterBalancing::loss)
    losses_.balance = scale(sum(mean(scores.weights, {0}) * Variable(load)), Real(load.count()));
  if (config().z_coeff > 0) {
    const Variable log_sums = logsumexp(scores.z, {-1});
    losses_.z = mean(log_sums * log_sums);
  }
}

void TokenChoice::choose(const Active& active) {
  const int64_t rows = active.rows.count(), n = call_.config.n_recursions;
  const Scores scores = score(active);
  if (call_.probe && scores.z.defined()) call_.probe->on_depth_scores(active.rows, scores.z.value());
  start_ = active.x;
  scores_ = scores.weights;

  const Tensor& bias = call_.weights.bias;
  const IntTensor best = argmax(bias.defined() ? scores_.value() + bias : scores_.value(), -1);
  const bool warming = call_.step >= 0 && call_.step < config().capacity_warmup_steps;
  const auto chosen = [&](int64_t i) -> int64_t {
    if (!call_.depths.empty()) return call_.depths[i];
    return warming ? n : best.data()[i] + 1;
  };
  std::vector<bool> first(rows, false);
  if (call_.keeps_first)
    for (int64_t s = 0; s < active.rows.sequences(); ++s) first[active.rows.offsets[s]] = true;
  Tensor load = Tensor::zeros(Shape{n});
  for (int64_t i = 0; i < rows; ++i) {
    depths_.push_back(int32_t(std::min(first[i] ? n : chosen(i), call_.recursions)));
    if (depths_[i] > 0) load.mutable_data()[depths_[i] - 1] += Real(1) / Real(rows);
  }
  for (Real share : load.values()) metrics_.load.push_back(double(share));
  teach(scores, load);
}

Selection TokenChoice::select(int64_t r, const Active& active) {
  if (r == 0) choose(active);
  return Selection::of(active.rows.count(), [&](int64_t i) { return depths_[active.places[i]] > r; });
}

Variable TokenChoice::scores_at(const std::vector<int32_t>& places, FunctionRef<int64_t(int32_t place)> column) const {
  std::vector<int32_t> columns;
  for (int32_t place : places) columns.push_back(int32_t(column(place)));
  return take_along(gather_rows(scores_, int_tensor(places)), int_tensor(columns).reshape({-1, 1}));
}

Variable TokenChoice::combine(int64_t r, const Selection&, const Active& selected, const Variable& y) const {
  const std::vector<int32_t>& places = selected.places;
  const bool every = config().gating == RouterGating::weighted_every;
  const bool last = config().gating == RouterGating::weighted;
  const Variable next = every ? scores_at(places, [&](int32_t) { return r; }) * y : y;
  const Variable start = gather_rows(start_, int_tensor(places));
  Variable update = config().residual == RouterResidual::delta ? next - start : next;
  if (last) update = scores_at(places, [&](int32_t place) { return depths_[place] - 1; }) * update;
  Tensor ends({int64_t(places.size()), 1});
  for (size_t i = 0; i < places.size(); ++i) ends.mutable_data()[i] = depths_[places[i]] == r + 1;
  return where(ends, start + update, next);
}

}  // namespace tinymor
