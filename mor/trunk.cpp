#include "mor/trunk.h"

#include <numeric>
#include <optional>

#include "tensor/error.h"

namespace tinymor {

Trunk::Trunk(const ModelConfig& config, bool causal)
    : config_(config),
      causal_(causal),
      map_(layer_map(config)),
      rope_(config.max_seq_len, config.d_head(), config.rope_theta),
      routers_(config),
      norm_(Variable::parameter(Tensor::ones(Shape{config.d_model}))),
      relaxations_(relaxations(config)) {
  const KeyMap keys(config);
  for (int64_t l = 0; l < config.n_layers; ++l)
    if (map_.first[l] == l) layers_.emplace_back(config, keys.computes_keys(l));
}

void Trunk::members(Members& m) {
  m("layers", layers_);
  routers_.members(m);
  m("norm.weight", norm_);
  m("relaxations", relaxations_);
}

void Trunk::pack(WeightFormat format) {
  const auto pack_matrices = [](Module& module, WeightFormat format) {
    for (Variable* weight : module.parameters())
      if (weight->rank() == 2) weight->pack(format);
  };
  for (DecoderLayer& layer : layers_) {
    pack_matrices(layer, format);
    if (layer.experts.gate.defined()) layer.experts.gate.pack(WeightFormat::f32);
  }
  for (Relaxation& relaxation : relaxations_) pack_matrices(relaxation, format);
  pack_matrices(routers_, WeightFormat::f32);
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

Variable Trunk::run_layers(int64_t begin, int64_t end, std::span<const Part> parts, Variable x, const Rows& rows,
                           KvStore& kv, const ForwardOptions& options) const {
  for (int64_t l = begin; l < end; ++l) {
    const DecoderLayer& weights = options.layers.empty() ? layers_[map_.weights[l]] : options.layers[l];
    std::vector<RelaxedRows> relaxed;
    for (const Part& part : relaxations_.empty() ? std::span<const Part>() : parts) {
      const int64_t first = relaxed.empty() ? 0 : relaxed.back().end;
      relaxed.push_back({first, first + part.rows, &relaxations_[size_t(l + part.r * map_.block)]});
    }
    x = weights.forward(x, {config_, rope_, rows, l, kv, options.probe, options.gates, {relaxed}});
  }
  return x;
}

Variable Trunk::run_layers(int64_t begin, int64_t end, Variable x, const Rows& rows, KvStore& kv,
                           const ForwardOptions& options) const {
  const Part all{0, rows.count()};
  return run_layers(begin, end, {&all, 1}, std::move(x), rows, kv, options);
}

Variable Trunk::prelude(Variable x, const Rows& rows, KvStore& kv, const ForwardOptions& options) const {
  return run_layers(0, map_.prelude, std::move(x), rows, kv, options);
}

Recurrence Trunk::recurrence(const Variable& x, const IntTensor& ids, const Rows& rows,
                             const ForwardOptions& options) const {
  return {x,
          rows,
          {.config = config_,
           .weights = routers_,
           .rule = options.rule,
           .ids = ids,
           .recursions = options.max_depth > 0 ? std::min(options.max_depth, map_.recursions) : map_.recursions,
           .step = options.step,
           .keeps_first = !causal_,
           .depths = options.depths,
           .shift = options.shift,
           .probe = options.probe}};
}

Variable Trunk::block(int64_t r, Variable x, const Rows& rows, KvStore& kv, const ForwardOptions& options) const {
  return run_layers(map_.layer(r, 0), map_.layer(r, map_.block), std::move(x), rows, kv, options);
}

Variable Trunk::block(std::span<const Part> parts, Variable x, const Rows& rows, KvStore& kv) const {
  const int64_t first = map_.repeats ? 0 : parts.front().r;
  return run_layers(map_.layer(first, 0), map_.layer(first, map_.block), parts, std::move(x), rows, kv, {});
}

Variable Trunk::coda(Variable x, const Rows& rows, KvStore& kv, const ForwardOptions& options) const {
  x = run_layers(config_.n_layers - map_.coda, config_.n_layers, std::move(x), rows, kv, options);
  return rms_norm(x, norm_, Real(config_.rms_eps));
}

Trunk::Result Trunk::forward(Variable x, const IntTensor& ids, const Rows& rows, const ForwardOptions& asked) const {
  check(asked.depths.empty() || int64_t(asked.depths.size()) == rows.count(), "[forward] {} depths for {} rows",
        asked.depths.size(), rows.count());
  GateLosses gates{.limited = asked.step >= 0, .balance = {}};
  ForwardOptions options = asked;
  if (!asked.cache) options.gates = &gates;  // what goes on from a cache only writes
  std::optional<ForwardKeys> own;
  KvStore& kv = options.cache ? *options.cache : own.emplace(config_, causal_);
  Recurrence recurrence = this->recurrence(prelude(std::move(x), rows, kv, options), ids, rows, options);
  const bool exits = config_.routing == Routing::exit_gate && options.rule == Rule::topk && options.depths.empty();
  ForwardOptions unseen = options;
  unseen.probe = nullptr;
  unseen.gates = nullptr;
  std::vector<Variable> early;
  while (recurrence.enter()) {
    if (exits && recurrence.recursion() > 0) {
      ForwardKeys apart(config_, causal_);
      early.push_back(coda(recurrence.states(), rows, apart, unseen));
    }
    const Active& inside = recurrence.inside();
    recurrence.leave(block(recurrence.recursion(), inside.x, inside.rows, kv, options));
  }
  const Router& router = recurrence.router();
  Variable states = coda(recurrence.states(), rows, kv, options);
  RouterLosses losses = router.losses();
  losses.experts = gates.balance;
  return {{losses, recurrence.depth(), router.metrics(), router.scores()}, std::move(states), std::move(early)};
}

}  // namespace tinymor
