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
  layers_.resize(map_.unique);
  if (config_.routing == Routing::expert_choice) routers_.resize(map_.recursions);
  uint64_t made = 0;
  for_each_weight([&](const std::string& name, Variable& weight, const Shape& shape) {
    Tensor value = Tensor::full(shape, 1);
    Random random(seed, stream_of(Stream::init, made++));
    if (shape.rank() > 1) {
      Real* to = value.mutable_data();
      for (int64_t i = 0; i < value.count(); ++i) to[i] = Real(0.02 * random.normal());
    }
    weight = Variable::parameter(value, name);
  });
}

void Model::for_each_weight(const std::function<void(const std::string&, Variable&, const Shape&)>& visit) {
  const int64_t d = config_.d_model, vocab = config_.vocab_size;
  visit("model.embed_tokens.weight", embed_tokens_, {vocab, d});
  for (size_t p = 0; p < layers_.size(); ++p)
    layers_[p].for_each_weight(config_, [&](const char* name, Variable& weight, const Shape& shape) {
      visit(fmt::format("model.layers.{}.{}", p, name), weight, shape);
    });
  for (size_t r = 0; r < routers_.size(); ++r) visit(fmt::format("model.routers.{}.0.weight", r), routers_[r], {1, d});
  visit("model.norm.weight", norm_, {d});
  if (!config_.tie_embeddings) visit("lm_head.weight", lm_head_, {vocab, d});
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

std::vector<Variable*> Model::parameters() {
  std::vector<Variable*> all;
  for_each_weight([&](const std::string&, Variable& weight, const Shape&) { all.push_back(&weight); });
  return all;
}

std::vector<const Variable*> Model::parameters() const {
  const std::vector<Variable*> all = const_cast<Model*>(this)->parameters();
  return {all.begin(), all.end()};
}

int64_t Model::parameter_count() const {
  int64_t total = 0;
  for (const Variable* parameter : parameters()) total += parameter->value().count();
  return total;
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
