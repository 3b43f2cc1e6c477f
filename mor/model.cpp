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
      rope_(config_.max_seq_len, config_.d_head(), config_.rope_theta) {
  const int64_t d = config_.d_model, vocab = config_.vocab_size;
  const auto zeros = [](int64_t out, int64_t in) { return Variable::parameter(Tensor::zeros({out, in})); };
  embed_tokens_ = zeros(vocab, d);
  for (int64_t p = 0; p < map_.unique; ++p) layers_.emplace_back(config_);
  for (int64_t r = 0; r < map_.recursions && config_.routing == Routing::expert_choice; ++r)
    routers_.push_back(zeros(1, d));
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
  for (size_t r = 0; r < routers_.size(); ++r) m(fmt::format("model.routers.{}.0.weight", r), routers_[r]);
  m("model.norm.weight", norm_);
  m("lm_head.weight", lm_head_);
}

Variable Model::run_layer(int64_t layer, const Variable& x, const Rows& rows, KvCache* cache) const {
  return layers_[map_.weights[layer]].forward(x, {config_, rope_, rows, layer, cache});
}

ForwardResult Model::forward(const IntTensor& ids, const Rows& rows, const ForwardOptions& options) const {
  check(ids.shape() == Shape({rows.count()}), "[forward] ids {} for {} rows", ids.shape(), rows.count());
  for (int32_t id : ids.values())
    check(id >= 0 && id < config_.vocab_size, "[forward] token {} is outside the vocabulary of {}", id,
          config_.vocab_size);
  ForwardResult result;
  result.depth.assign(rows.count(), 0);

  Variable x = gather_rows(embed_tokens_, ids);
  for (int64_t l = 0; l < map_.prelude; ++l) x = run_layer(l, x, rows, options.cache);

  // `active` holds the state of the tokens still recurring, `places` where they stand in x.
  Variable active = x;
  Rows active_rows = rows;
  std::vector<int32_t> places(rows.count());
  std::iota(places.begin(), places.end(), 0);
  const std::unique_ptr<Router> router = make_router(config_, routers_, options.rule);
  const int64_t recursions = options.max_depth > 0 ? std::min(options.max_depth, map_.recursions) : map_.recursions;
  for (int64_t r = 0; r < recursions; ++r) {
    const Selection selection = router->select(r, active, active_rows);
    const Rows candidates = active_rows;
    if (!selection.all) {
      active = gather_rows(active, selection.index);
      active_rows = active_rows.select(selection.index);
      std::vector<int32_t> kept;
      for (int32_t i : selection.index.values()) kept.push_back(places[i]);
      places = std::move(kept);
    }
    if (options.probe) options.probe->on_recursion(r, candidates, selection.logits, selection.gates, active_rows);
    if (places.empty()) break;
    Variable y = active;
    for (int64_t j = 0; j < map_.block; ++j) y = run_layer(map_.layer(r, j), y, active_rows, options.cache);
    active = router->combine(selection, active, y);
    const bool everyone = int64_t(places.size()) == rows.count();
    x = everyone ? active : replace_rows(x, IntTensor({int64_t(places.size())}, places), active);
    for (int32_t place : places) ++result.depth[place];
  }

  for (int64_t l = config_.n_layers - map_.coda; l < config_.n_layers; ++l) x = run_layer(l, x, rows, options.cache);
  x = rms_norm(x, norm_, Real(config_.rms_eps));
  result.logits = linear(x, config_.tie_embeddings ? embed_tokens_ : lm_head_);
  result.aux_loss = router->aux_loss();
  result.sampling_accuracy = router->sampling_accuracy();
  return result;
}

Model Model::clone() const {
  Model copy = *this;
  for (Variable* parameter : copy.parameters())
    *parameter = Variable::parameter(parameter->value().clone(), parameter->name());
  return copy;
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
  if (result.aux_loss.defined()) {
    loss.aux = result.aux_loss.value().item();
    loss.total = loss.total + scale(result.aux_loss, Real(config.router.aux_coeff));
  }
  return loss;
}

}  // namespace tinymor
