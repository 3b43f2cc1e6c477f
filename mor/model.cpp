#include "mor/model.h"

#include <numeric>

#include "tensor/error.h"
#include "tensor/random.h"

namespace tinymor {
namespace {

ModelConfig resolved(ModelConfig config) {
  config.resolve();
  return config;
}

}  // namespace

Model::Model(ModelConfig config, uint64_t seed)
    : config_(resolved(std::move(config))),
      map_(layer_map(config_)),
      rope_(config_.max_seq_len, config_.d_head(), config_.rope_theta),
      routers_(config_) {
  const int64_t d = config_.d_model, vocab = config_.vocab_size;
  const auto zeros = [](int64_t out, int64_t in) { return Variable::parameter(Tensor::zeros({out, in})); };
  embed_tokens_ = zeros(vocab, d);
  for (int64_t p = 0; p < map_.unique; ++p) layers_.emplace_back(config_);
  norm_ = Variable::parameter(Tensor::ones(Shape{d}));
  if (!config_.tie_embeddings) lm_head_ = zeros(vocab, d);

  uint64_t stream = 0;
  for (Variable* parameter : parameters()) {
    Random random(seed, stream_of(Stream::init, stream++));
    if (parameter->rank() > 1) parameter->mutable_value().copy_from(random_normal(parameter->shape(), random, 0.02));
  }
}

void Model::members(Members& m) {
  m("model.embed_tokens.weight", embed_tokens_);
  m("model.layers", layers_);
  m("model", routers_);
  m("model.norm.weight", norm_);
  m("lm_head.weight", lm_head_);
}

Variable Model::run_layer(int64_t layer, const Variable& x, const Rows& rows, KvStore& kv) const {
  return layers_[map_.weights[layer]].forward(x, {config_, rope_, rows, layer, kv});
}

ForwardResult Model::forward(const IntTensor& ids, const Rows& rows, const ForwardOptions& options) const {
  check(ids.shape() == Shape({rows.count()}), "[forward] ids {} for {} rows", ids.shape(), rows.count());
  for (int32_t id : ids.values())
    check(id >= 0 && id < config_.vocab_size, "[forward] token {} is outside the vocabulary of {}", id,
          config_.vocab_size);
  check(options.depths.empty() || int64_t(options.depths.size()) == rows.count(), "[forward] {} depths for {} rows",
        options.depths.size(), rows.count());
  ForwardResult result;
  result.depth.assign(rows.count(), 0);
  ForwardKeys own(config_);
  KvStore& kv = options.cache ? static_cast<KvStore&>(*options.cache) : own;

  Variable x = gather_rows(embed_tokens_, ids);
  for (int64_t l = 0; l < map_.prelude; ++l) x = run_layer(l, x, rows, kv);

  Active active{x, rows, std::vector<int32_t>(rows.count())};
  std::iota(active.places.begin(), active.places.end(), 0);
  const int64_t recursions = options.max_depth > 0 ? std::min(options.max_depth, map_.recursions) : map_.recursions;
  const std::unique_ptr<Router> router = make_router({.config = config_,
                                                      .weights = routers_,
                                                      .rule = options.rule,
                                                      .ids = ids,
                                                      .recursions = recursions,
                                                      .step = options.step,
                                                      .depths = options.depths,
                                                      .probe = options.probe});
  for (int64_t r = 0; r < recursions; ++r) {
    const Selection selection = router->select(r, active);
    const Rows candidates = active.rows;
    if (!selection.all) active = active.select(selection.index);
    if (options.probe) options.probe->on_recursion(r, candidates, selection.logits, selection.gates, active.rows);
    if (active.places.empty()) break;
    Variable y = active.x;
    for (int64_t j = 0; j < map_.block; ++j) y = run_layer(map_.layer(r, j), y, active.rows, kv);
    active.x = router->combine(r, selection, active, y);
    const int64_t n = active.rows.count();
    x = n == rows.count() ? active.x : replace_rows(x, IntTensor({n}, active.places), active.x);
    for (int32_t place : active.places) ++result.depth[place];
  }

  for (int64_t l = config_.n_layers - map_.coda; l < config_.n_layers; ++l) x = run_layer(l, x, rows, kv);
  x = rms_norm(x, norm_, Real(config_.rms_eps));
  result.logits = linear(x, config_.tie_embeddings ? embed_tokens_ : lm_head_);
  result.losses = router->losses();
  result.metrics = router->metrics();
  return result;
}

Model Model::clone() const {
  Model copy = *this;
  Members all;
  copy.members(all);
  for (const auto& [name, parameter] : all.parameters())
    *parameter = Variable::parameter(parameter->value().clone(), parameter->name());
  for (const auto& [name, buffer] : all.buffers()) *buffer = buffer->clone();
  return copy;
}

void Model::balance(std::span<const double> load) {
  Tensor& bias = routers_.bias;
  if (!bias.defined()) return;
  check(int64_t(load.size()) == bias.count(), "[balance] loads of {} depths for {}", load.size(), bias.count());
  const double mean = std::accumulate(load.begin(), load.end(), 0.0) / double(load.size());
  for (size_t i = 0; i < load.size(); ++i)
    bias.mutable_data()[i] += Real(config_.router.bias_rate) * Real((load[i] < mean) - (load[i] > mean));
}

IntTensor next_tokens(std::span<const int32_t> tokens) {
  check(!tokens.empty(), "[next_tokens] there are no tokens");
  std::vector<int32_t> targets(tokens.begin() + 1, tokens.end());
  targets.push_back(-1);
  return IntTensor({int64_t(targets.size())}, targets);
}

Loss training_loss(const ModelConfig& config, const ForwardResult& result, const IntTensor& targets, Tensor* row_nll) {
  Loss loss;
  loss.total = cross_entropy(result.logits, targets, row_nll);
  loss.lm = loss.total.value().item();
  const RouterConfig& router = config.router;
  const auto add = [&loss](const Variable& term, double coefficient, double& value) {
    if (!term.defined()) return;
    value = term.value().item();
    loss.total = loss.total + scale(term, Real(coefficient));
  };
  add(result.losses.aux, router.aux_coeff, loss.aux);
  add(result.losses.z, router.z_coeff, loss.z);
  add(result.losses.balance, router.balance_coeff, loss.balance);
  return loss;
}

}  // namespace tinymor
