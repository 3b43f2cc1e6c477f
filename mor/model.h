#pragma once
// The language model: embedding, prelude layers, the shared block as often as each token's router says, coda layers,
// norm and head. Vanilla and plain recursive transformers are the same walk with nobody routing.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mor/kv_cache.h"
#include "mor/layers.h"
#include "mor/probe.h"
#include "mor/router.h"
#include "mor/sharing.h"

namespace tinymor {

struct ForwardOptions {
  Rule rule = Rule::topk;
  int64_t step = -1;  ///< In training: how many forward passes went before, for what warms up. Negative: not training.
  int64_t max_depth = 0;                 ///< At most so many recursions; 0: as many as the model has.
  KvCache* cache = nullptr;              ///< Keys and values of earlier tokens; the new ones are appended.
  std::span<const int32_t> depths = {};  ///< [R] recursions that each token is made to take; empty: the router decides.
  Probe* probe = nullptr;
};

struct ForwardResult {
  Variable logits;             ///< [R,V]
  RouterLosses losses;         ///< what training adds, before the coefficients
  std::vector<int32_t> depth;  ///< [R] recursions that each token took
  RouterMetrics metrics;
};

class Model : public Module {
 public:
  /// Weights drawn from N(0, 0.02^2), norms 1 (paper App. B; Llama). Throws InputError for an illegal configuration.
  Model(ModelConfig config, uint64_t seed);

  /// The one forward pass of training, evaluation and decoding. ids [R] are the tokens of `rows`.
  ForwardResult forward(const IntTensor& ids, const Rows& rows, const ForwardOptions& options = {}) const;

  const ModelConfig& config() const { return config_; }
  const LayerMap& layers() const { return map_; }
  /// A model with the same weights in memory of its own.
  Model clone() const;
  /// After an optimizer step of loss-free balancing (paper App. A.2): moves the bias of each depth by bias_rate towards
  /// its fair share. load [N]: share of the step's tokens that chose each depth.
  void balance(std::span<const double> load);
  /// Every unique weight once, by its name in a checkpoint.
  void members(Members& m) override;

 private:
  Variable run_layer(int64_t layer, const Variable& x, const Rows& rows, KvStore& kv) const;

  ModelConfig config_;
  LayerMap map_;
  RopeTable rope_;
  Variable embed_tokens_;             // [V,d]
  std::vector<DecoderLayer> layers_;  // one per unique set of weights
  RouterWeights routers_;
  Variable norm_;     // [d]
  Variable lm_head_;  // [V,d]; undefined when tied to the embedding
};

/// Mean next-token loss and everything training adds to it.
struct Loss {
  Variable total;  ///< lm + aux_coeff * aux + z_coeff * z + balance_coeff * balance
  double lm = 0, aux = 0, z = 0, balance = 0;
};

/// The targets [T] of one text: the token after each, and -1 for the last. Throws unless there is a token.
IntTensor next_tokens(std::span<const int32_t> tokens);

/// targets [R] are the tokens that come next, -1 where none does.
Loss training_loss(const ModelConfig& config, const ForwardResult& result, const IntTensor& targets,
                   Tensor* row_nll = nullptr);

}  // namespace tinymor
