#pragma once
// Everything a model did with one text: which recursion took which token with what score, what it predicted and how
// well, and what its KV cache holds. `tinymor trace` prints one, the recorder stores them, the visualizer draws them.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tensor/tensor.h"

namespace tinymor {

/// Which rule chose the tokens of each recursion (paper 2.2.1): `topk` is the training rule and sees the whole
/// sequence; `threshold` is causal: a recursion takes a candidate when its logit is >= 0 (all of them where its
/// capacity is 1). `aux_threshold` is the same with the logits of the auxiliary router.
enum class Rule { topk, threshold, aux_threshold };

/// One recursion's decisions under expert choice. The vectors `positions`, `logits` and `gates` run in parallel.
struct RecursionTrace {
  std::vector<int32_t> positions;  ///< Candidates: the tokens that took the recursion before, ascending.
  std::vector<float> logits;       ///< The router's raw score z of each candidate.
  std::vector<float> gates;        ///< alpha * sigmoid(z): the weight its block output would get.
  std::vector<int32_t> selected;   ///< Positions that entered this recursion, ascending.
};

struct Trace {
  Rule rule = Rule::threshold;
  std::vector<int32_t> tokens;             ///< [T] ids.
  std::vector<std::string> pieces;         ///< [T] readable text of each token.
  std::vector<int32_t> depth;              ///< [T] recursions spent at each position, to predict the token after it.
  std::vector<RecursionTrace> recursions;  ///< One per recursion; empty without expert choice.
  std::vector<std::vector<float>>
      router_logits;       ///< [T][N] each token's score of every depth; empty without token choice.
  std::vector<float> nll;  ///< [T-1] natural-log loss of predicting token t+1 at t.
  double lm_loss = 0;      ///< Mean of nll, nats.
  double aux_loss = 0, z_loss = 0, balance_loss = 0;  ///< What training adds to it, before the coefficients.
  /// Cached tokens per recursion and block layer: kv_entries[recursion][layer of the block].
  std::vector<std::vector<int64_t>> kv_entries;
  int64_t kv_bytes = 0;          ///< Bytes the whole cache holds for this text.
  int64_t kv_vanilla_bytes = 0;  ///< What a model without sharing or routing would hold.
};

class Model;

/// Runs `tokens` through the model with a cache and notes everything. `pieces` is left empty: the model knows no text.
/// When `logits` is given it receives [T,V]. `depths` [T] forces the recursions of each token. Throws InputError for
/// fewer than 2 tokens or more than max_seq_len.
Trace trace(const Model& model, std::span<const int32_t> tokens, Rule rule, int64_t max_depth = 0,
            Tensor* logits = nullptr, std::span<const int32_t> depths = {});

}  // namespace tinymor
