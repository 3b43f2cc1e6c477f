#pragma once
// Everything a model did with one text: which recursion took which token with what score, what it predicted and how
// well, and what its KV cache holds. `tinymor trace` prints one, recordings store them, the visualizer draws them.

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mor/model.h"
#include "mor/sampling.h"

namespace tinymor {

/// One recursion's decisions under expert choice. The vectors `positions`, `logits` and `gates` run in parallel.
struct RecursionTrace {
  std::vector<int32_t> positions;  ///< Candidates: the tokens that took the recursion before, ascending.
  std::vector<float> logits;       ///< The score z of each candidate by which the rule judges it.
  std::vector<float> gates;        ///< alpha * f(z): the weight its block output would get.
  std::vector<int32_t> selected;   ///< Positions that entered this recursion, ascending.
};

/// How far one recursion moved the tokens that took it, in the order of their positions: L2 norms of states [d].
struct StateChange {
  std::vector<float> before;  ///< Of the state with which each token came.
  std::vector<float> change;  ///< Of the new state minus that.
  bool operator==(const StateChange&) const = default;
};

/// How much the heads of one effective layer looked at each token.
struct AttentionTrace {
  std::vector<int32_t> queries;  ///< Positions that looked, ascending.
  std::vector<int32_t> keys;     ///< Positions that could be looked at, ascending.
  /// Of each head, for each query: its weights on the keys that are not after it, in 255ths of 1.
  std::vector<uint8_t> weights;
  /// Likewise ln of the sum of e^s over those keys, s = q.k / sqrt(d_head): each weight is e^(s - this).
  std::vector<float> log_sums = {};

  /// How many keys are not after a query: that many, the first ones, of `keys`.
  size_t visible(int32_t query) const { return std::upper_bound(keys.begin(), keys.end(), query) - keys.begin(); }
};

/// How many likely next tokens a trace names for each position.
inline constexpr int64_t kCandidates = 5;

/// What is predicted at every position, and how well.
struct Prediction {
  std::vector<float> nll;         ///< [T-1] natural-log loss of predicting token t+1 at t.
  std::vector<Candidate> likely;  ///< [T][kCandidates] the likeliest next tokens, best first.
  bool operator==(const Prediction&) const = default;
};

/// Where the gradient of shared weights comes from, for one text and its training loss.
struct UseGradients {
  std::vector<float> use;    ///< [n_layers] L2 norm of what each effective layer contributes to its weights' gradient.
  std::vector<float> total;  ///< [sets] and of the gradients themselves; contributions may cancel each other.
};

struct Trace : Prediction {
  Rule rule = Rule::threshold;
  std::vector<int32_t> tokens;             ///< [T] ids.
  std::vector<std::string> pieces;         ///< [T] readable text of each token.
  std::vector<int32_t> depth;              ///< [T] recursions spent at each position, to predict the token after it.
  std::vector<RecursionTrace> recursions;  ///< One per recursion; empty without expert choice.
  std::vector<std::vector<float>>
      router_logits;  ///< [T][N] each token's score of every depth; empty without token choice.
  /// One per recursion that any token took, of the tokens with depth > r; empty in older recordings.
  std::vector<StateChange> changes;
  double lm_loss = 0;                                 ///< Mean of nll, nats.
  double aux_loss = 0, z_loss = 0, balance_loss = 0;  ///< What training adds to it, before the coefficients.
  /// Cached tokens per recursion and block layer: kv_entries[recursion][layer of the block].
  std::vector<std::vector<int64_t>> kv_entries;
  int64_t kv_bytes = 0;          ///< Bytes the whole cache holds for this text.
  int64_t kv_vanilla_bytes = 0;  ///< What a model without sharing or routing would hold.

  std::vector<AttentionTrace> attention;  ///< [n_layers]; empty unless asked for.
  /// [n_layers][T] the expert that each token chose first, -1 where it did not go through the layer; empty without
  /// experts.
  std::vector<std::vector<int32_t>> experts;

  // Empty until someone adds them: trace() notes what one pass did, these take passes of their own.
  std::vector<Prediction> exits;  ///< As early_exits gives them.
  UseGradients gradients;         ///< As gradient_by_use gives them.
};

/// What else a traced pass leaves behind.
struct PassStates {
  Tensor logits;                 ///< [T,V]
  std::vector<Variable> states;  ///< [T,d] of all tokens after each recursion that was entered.
};

struct TraceOptions {
  Rule rule = Rule::threshold;
  int64_t max_depth = 0;                 ///< The most recursions per token; 0: as many as the model has.
  std::span<const int32_t> depths = {};  ///< [T] recursions that each token is made to take; empty: the router decides.
  ChoiceShift shift = {};
  bool attention = false;  ///< Whether to note it, too.
};

/// Runs `tokens` through the model with a cache and notes everything. `pieces` is left empty: the model knows no text.
/// Throws InputError for fewer than 2 tokens or more than max_seq_len.
Trace trace(const Model& model, std::span<const int32_t> tokens, const TraceOptions& options,
            PassStates* left = nullptr);

/// What each effective layer contributes to the gradient of the training loss on `tokens`. The model stays without
/// gradients. Throws as trace does.
UseGradients gradient_by_use(const Model& model, std::span<const int32_t> tokens, Rule rule = Rule::topk);

/// [N-1] What is predicted when no token may take more than 1, 2, ... recursions. `whole`: what a trace of the same
/// tokens under the same rule noted and left behind, without anything forced or shifted.
std::vector<Prediction> early_exits(const Model& model, const Trace& whole, const PassStates& left);

}  // namespace tinymor
