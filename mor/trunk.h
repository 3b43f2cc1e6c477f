#pragma once
// The walk that all models share: prelude layers, the shared block as often as each token's router says, coda layers
// and the final norm. Vanilla and plain recursive transformers are the same walk without a router.

#include <cstdint>
#include <span>
#include <vector>

#include "mor/layers.h"
#include "mor/probe.h"
#include "mor/recurrence.h"
#include "mor/sharing.h"

namespace tinymor {

struct ForwardOptions {
  Rule rule = Rule::topk;
  int64_t step = -1;  ///< In training: how many forward passes went before, for what warms up. Negative: not training.
  int64_t max_depth = 0;                 ///< The most recursions per token; 0: as many as the model has.
  KvStore* cache = nullptr;              ///< Keys and values of earlier tokens; the new ones are appended.
  std::span<const int32_t> depths = {};  ///< [R] recursions that each token is made to take; empty: the router decides.
  ChoiceShift shift = {};
  Probe* probe = nullptr;
  GateLosses* gates = nullptr;  ///< What the gates of experts add; forward gives it to the layers itself.
  /// [n_layers] weights of every effective layer, instead of the shared ones; see Trunk::unrolled.
  std::span<const DecoderLayer> layers = {};
};

/// What routers did in a forward pass.
struct RoutingResult {
  RouterLosses losses;         ///< what training adds, before the coefficients
  std::vector<int32_t> depth;  ///< [R] recursions that each token took
  RouterMetrics metrics;
  std::vector<Variable> exit_scores = {};  ///< Router::scores
};

/// Everything between the embedding of tokens and the head: the same for text and for images (mor/vit.h).
class Trunk : public Module {
 public:
  struct Result : RoutingResult {
    Variable states;  ///< [R,d] after the final norm
    /// The same if all tokens stopped after recursion 1, 2, ... N-1. Only where exit gates learn.
    std::vector<Variable> early = {};
  };

  /// Weights of the shapes that the resolved `config` gives them, all 0 but the norms, which are 1. When causal,
  /// tokens see what came before them. Otherwise they see all tokens of their sequence, and the first token of each
  /// sequence, which represents the whole, takes every recursion.
  explicit Trunk(const ModelConfig& config, bool causal = true);

  /// x [R,d] of `rows`; ids [R] are for random routers only.
  Result forward(Variable x, const IntTensor& ids, const Rows& rows, const ForwardOptions& options) const;

  // What forward is made of, for callers that run the parts on batches of their own (mor/scheduler.h). x is [R,d], and
  // so is what they return.

  Variable prelude(Variable x, const Rows& rows, KvStore& kv, const ForwardOptions& options) const;
  Recurrence recurrence(const Variable& x, const IntTensor& ids, const Rows& rows, const ForwardOptions& options) const;
  /// The layers of the block in recursion r.
  Variable block(int64_t r, Variable x, const Rows& rows, KvStore& kv, const ForwardOptions& options) const;
  /// A call of the block for rows in several recursions: `rows` of them, in order, are in recursion `r`. Where the
  /// block does not repeat, all are in the same one.
  struct Part {
    int64_t r, rows;
  };
  /// `kv` sees the layers of the first recursion (CacheLanes is ahead of them), or of their own where it does not
  /// repeat.
  Variable block(std::span<const Part> parts, Variable x, const Rows& rows, KvStore& kv) const;
  /// The last layers and the final norm.
  Variable coda(Variable x, const Rows& rows, KvStore& kv, const ForwardOptions& options) const;

  /// One layer for each effective layer, over the same numbers but with gradients of its own: what each use of shared
  /// weights contributes can be told apart.
  std::vector<DecoderLayer> unrolled() const;

  /// Packs the weights of all layers in this format, those of routers and gates as f32: a score that is rounded could
  /// send a token another way.
  void pack(WeightFormat format);

  const ModelConfig& config() const { return config_; }
  const LayerMap& layers() const { return map_; }
  /// After an optimizer step of loss-free balancing (paper App. A.2): moves the bias of each depth by bias_rate towards
  /// its fair share. load [N]: share of the step's tokens that chose each depth.
  void balance(std::span<const double> load);
  void members(Members& m) override;

 private:
  /// Effective layers begin..end, for rows of which `parts` are some recursions ahead.
  Variable run_layers(int64_t begin, int64_t end, std::span<const Part> parts, Variable x, const Rows& rows,
                      KvStore& kv, const ForwardOptions& options) const;
  /// Effective layers begin..end for all rows.
  Variable run_layers(int64_t begin, int64_t end, Variable x, const Rows& rows, KvStore& kv,
                      const ForwardOptions& options) const;

  ModelConfig config_;
  bool causal_;
  LayerMap map_;
  RopeTable rope_;
  std::vector<DecoderLayer> layers_;  // one per unique set of weights
  RouterWeights routers_;
  Variable norm_;                        // [d]
  std::vector<Relaxation> relaxations_;  // of each effective layer, or none
};

}  // namespace tinymor
