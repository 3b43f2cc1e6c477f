#pragma once
// The language model: embedding, trunk (mor/trunk.h) and head, which is the embedding again unless it has its own.

#include <cstdint>
#include <span>
#include <vector>

#include "mor/trunk.h"

namespace tinymor {

/// What a model of text, or of images (mor/vit.h), makes of its input.
struct ForwardResult : RoutingResult {
  Variable logits;                          ///< [R,V], or of images [n,classes]
  std::vector<Variable> early_logits = {};  ///< The same of Trunk::Result::early.
};

class Model : public Module {
 public:
  /// Weights drawn from N(0, 0.02^2), norms 1 (paper App. B; Llama). Throws InputError for an illegal configuration.
  Model(ModelConfig config, uint64_t seed);

  /// The one forward pass of training, evaluation and decoding. ids [R] are the tokens of `rows`.
  ForwardResult forward(const IntTensor& ids, const Rows& rows, const ForwardOptions& options = {}) const;

  /// The first and the last thing that forward does: ids [R] -> [R,d], and states [R,d] -> logits [R,V].
  Variable embed(const IntTensor& ids) const;
  Variable head(const Variable& states) const;
  const Trunk& trunk() const { return trunk_; }

  const ModelConfig& config() const { return trunk_.config(); }
  const LayerMap& layers() const { return trunk_.layers(); }
  /// As Trunk::unrolled.
  std::vector<DecoderLayer> unrolled() const { return trunk_.unrolled(); }
  /// For a model that is only used: reads its weights in this format from now on (Variable::pack); embeddings are
  /// looked up as they are.
  void pack(WeightFormat format);
  /// A model with the same weights in memory of its own.
  Model clone() const;
  /// As Trunk::balance.
  void balance(std::span<const double> load) { trunk_.balance(load); }
  /// Every unique weight once, by its name in a checkpoint.
  void members(Members& m) override;

 private:
  Trunk trunk_;
  Variable embed_tokens_;  // [V,d]
  Variable lm_head_;       // [V,d]; undefined when tied to the embedding
};

/// Draws every weight with more than one axis from N(0, 0.02^2), each from a stream of its own; but no B of a low-rank
/// term (mor/relaxation.h).
void initialise(Module& module, uint64_t seed);

/// Mean loss of the predictions and everything training adds to it.
struct Loss {
  /// lm + aux_coeff * aux + z_coeff * z + balance_coeff * balance + expert_balance * experts; of an auxiliary router,
  /// + aux as it is.
  Variable total;
  double lm = 0, aux = 0, z = 0, balance = 0, experts = 0;
};

/// The targets [T] of one text: the token after each, and -1 for the last. Throws unless there is a token.
IntTensor next_tokens(std::span<const int32_t> tokens);

/// targets [R] are the tokens that come next, -1 where none does; of images [n] their labels.
Loss training_loss(const ModelConfig& config, const ForwardResult& result, const IntTensor& targets);

}  // namespace tinymor
