#include "mor/trunk.h"

#include <numeric>

#include "tensor/error.h"

namespace tinymor {

Trunk::Trunk(const ModelConfig& config, bool causal)
    : config_(config),
      causal_(causal),
      map_(layer_map(config)),
      rope_(config.max_seq_len, config.d_head(), config.rope_theta),
      routers_(config),
      norm_(Variable::parameter(Tensor::ones(Shape{config.d_model}))) {
  for (int64_t p = 0; p < map_.unique; ++p) layers_.emplace_back(config);
}

void Trunk::members(Members& m) {
  m("layers", layers_);
  routers_.members(m);
  m("norm.weight", norm_);
}

void Trunk::balance(std::span<const double> load) {
  Tensor& bias = routers_.bias;
  if (!bias.defined()) return;
  check(int64_t(load.size()) == bias.count(), "[balance] loads of {} depths for {}", load.size(), bias.count());
  const double mean = std::accumulate(load.begin(), load.end(), 0.0) / double(load.size());
  for (size_t i = 0; i < load.size(); ++i)
    bias.mutable_data()[i] += Real(config_.router.bias_rate) * Real((load[i] < mean) - (load[i] > mean));
}

std::vector<DecoderLayer> Trunk::unrolled() const {
  std::vector<DecoderLayer> layers;
  for (int64_t set : map_.weights) {
    layers.push_back(layers_[set]);
    for (Variable* weight : layers.back().parameters()) *weight = Variable::parameter(weight->value(), weight->name());
  }
  return layers;
}

Variable Trunk::run_layer(int64_t layer, const Variable& x, const Rows& rows, KvStore& kv,
                          const ForwardOptions& options) const {
  const DecoderLayer& weights = options.layers.empty() ? layers_[map_.weights[layer]] : options.layers[layer];
  return weights.forward(x, {config_, rope_, rows, layer, kv, options.probe});
}

Trunk::Result Trunk::forward(Variable x, const IntTensor& ids, const Rows& rows, const ForwardOptions& options) const {
  check(options.depths.empty() || int64_t(options.depths.size()) == rows.count(), "[forward] {} depths for {} rows",
        options.depths.size(), rows.count());
  Result result;
  result.depth.assign(rows.count(), 0);
  ForwardKeys own(config_, causal_);
  KvStore& kv = options.cache ? static_cast<KvStore&>(*options.cache) : own;

  for (int64_t l = 0; l < map_.prelude; ++l) x = run_layer(l, x, rows, kv, options);

  Active active{x, rows, std::vector<int32_t>(rows.count())};
  std::iota(active.places.begin(), active.places.end(), 0);
  const int64_t recursions = options.max_depth > 0 ? std::min(options.max_depth, map_.recursions) : map_.recursions;
  const std::unique_ptr<Router> router = make_router({.config = config_,
                                                      .weights = routers_,
                                                      .rule = options.rule,
                                                      .ids = ids,
                                                      .recursions = recursions,
                                                      .step = options.step,
                                                      .keeps_first = !causal_,
                                                      .depths = options.depths,
                                                      .shift = options.shift,
                                                      .probe = options.probe});
  for (int64_t r = 0; r < recursions; ++r) {
    const Selection selection = router->select(r, active);
    const Rows candidates = active.rows;
    if (!selection.all) active = active.select(selection.index);
    if (options.probe) options.probe->on_recursion(r, candidates, selection.logits, selection.gates, active.rows);
    if (active.places.empty()) break;
    Variable y = active.x;
    for (int64_t j = 0; j < map_.block; ++j) y = run_layer(map_.layer(r, j), y, active.rows, kv, options);
    active.x = router->combine(r, selection, active, y);
    const int64_t n = active.rows.count();
    x = n == rows.count() ? active.x : replace_rows(x, IntTensor({n}, active.places), active.x);
    for (int32_t place : active.places) ++result.depth[place];
  }

  for (int64_t l = config_.n_layers - map_.coda; l < config_.n_layers; ++l) x = run_layer(l, x, rows, kv, options);
  result.states = rms_norm(x, norm_, Real(config_.rms_eps));
  result.losses = router->losses();
  result.metrics = router->metrics();
  return result;
}

}  // namespace tinymor
