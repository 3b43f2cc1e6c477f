#include "mor/model.h"

#include "mor/exit_gate.h"
#include "tensor/error.h"
#include "tensor/random.h"

namespace tinymor {
namespace {

ModelConfig resolved(ModelConfig config) {
  config.resolve();
  return config;
}

}  // namespace

void initialise(Module& module, uint64_t seed) {
  uint64_t stream = 0;
  for (Variable* parameter : module.parameters()) {
    Random random(seed, stream_of(Stream::init, stream++));
    // Where B is 0, nothing is added to shared weights yet (mor/relaxation.h).
    const bool drawn = parameter->rank() > 1 && !parameter->name().ends_with(".lora_B.weight");
    if (drawn) parameter->mutable_value().copy_from(random_normal(parameter->shape(), random, 0.02));
  }
}

Model::Model(ModelConfig config, uint64_t seed) : trunk_(resolved(std::move(config))) {
  const auto table = [this] {
    return Variable::parameter(Tensor::zeros({this->config().vocab_size, this->config().d_model}));
  };
  embed_tokens_ = table();
  if (!this->config().tie_embeddings) lm_head_ = table();
  initialise(*this, seed);
}

void Model::members(Members& m) {
  m("model.embed_tokens.weight", embed_tokens_);
  m("model", trunk_);
  m("lm_head.weight", lm_head_);
}

Variable Model::embed(const IntTensor& ids) const {
  for (int32_t id : ids.values())
    check(id >= 0 && id < config().vocab_size, "[forward] token {} is outside the vocabulary of {}", id,
          config().vocab_size);
  return gather_rows(embed_tokens_, ids);
}

Variable Model::head(const Variable& states) const {
  return linear(states, config().tie_embeddings ? embed_tokens_ : lm_head_);
}

ForwardResult Model::forward(const IntTensor& ids, const Rows& rows, const ForwardOptions& options) const {
  check(ids.shape() == Shape({rows.count()}), "[forward] ids {} for {} rows", ids.shape(), rows.count());
  Trunk::Result result = trunk_.forward(embed(ids), ids, rows, options);
  std::vector<Variable> early;
  for (const Variable& states : result.early) early.push_back(head(states));
  return {std::move(result), head(result.states), std::move(early)};
}

void Model::pack(WeightFormat format) {
  trunk_.pack(format);
  (config().tie_embeddings ? embed_tokens_ : lm_head_).pack(format);
}

Model Model::clone() const {
  Model copy = *this;
  copy.unshare();
  return copy;
}

IntTensor next_tokens(std::span<const int32_t> tokens) {
  check(!tokens.empty(), "[next_tokens] there are no tokens");
  std::vector<int32_t> targets(tokens.begin() + 1, tokens.end());
  targets.push_back(-1);
  return IntTensor({int64_t(targets.size())}, targets);
}

Loss training_loss(const ModelConfig& config, const ForwardResult& result, const IntTensor& targets) {
  Loss loss;
  const RouterConfig& router = config.router;
  ExitLosses exits;
  if (!result.early_logits.empty()) {
    std::vector<Variable> logits = result.early_logits;
    logits.push_back(result.logits);
    exits = exit_losses(router, logits, result.exit_scores, targets);
  }
  loss.total = exits.lm.defined() ? exits.lm : cross_entropy(result.logits, targets);
  loss.lm = loss.total.value().item();
  const auto add = [&loss](const Variable& term, double coefficient, double& value) {
    if (!term.defined()) return;
    value = term.value().item();
    loss.total = loss.total + scale(term, Real(coefficient));
  };
  // An auxiliary router learns from nothing else, so there is nothing to weigh its loss against.
  const bool alone = router.sampling == RouterSampling::aux_router;
  add(result.losses.aux, alone ? 1 : router.aux_coeff, loss.aux);
  add(exits.gates, router.exit_loss == ExitLoss::gain ? 1 : router.entropy_coeff, loss.aux);
  add(result.losses.z, router.z_coeff, loss.z);
  add(result.losses.balance, router.balance_coeff, loss.balance);
  add(result.losses.experts, config.expert_balance, loss.experts);
  return loss;
}

}  // namespace tinymor
