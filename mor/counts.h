#pragma once
// What a model costs, from its configuration alone: parameters, floating-point operations, cache bytes.

#include <cstdint>

#include "mor/config.h"
#include "tensor/packed_matrix.h"

namespace tinymor {

struct ParameterCounts {
  int64_t embedding = 0;  ///< token embedding, and the head when it is not tied
  int64_t layers = 0;     ///< unique weights of all layers and the final norm
  int64_t routers = 0;
  int64_t buffers = 0;  ///< numbers that are saved with them but not trained
  int64_t total() const { return embedding + layers + routers; }
};
ParameterCounts count_parameters(const ModelConfig& config);

/// Forward FLOPs per token of a sequence of `length`, as the paper counts them (App. D): per layer 8d^2 + 6 d d_ff +
/// 2dT (of experts those that a token goes through, and 2 d n of their gate), and 2 for each number of low-rank terms,
/// with c-fold projections and c^2-fold attention in a recursion of capacity c (c-fold where it attends to all tokens;
/// 4d^2 where it computes no keys); K and V counted at full width, embedding, head and routers left out.
double paper_flops_per_token(const ModelConfig& config, int64_t length);

/// Forward FLOPs per token with everything that is computed: grouped key heads at their true width, causal attention,
/// head and routers. A training step costs three times as much.
double honest_flops_per_token(const ModelConfig& config, int64_t length);
/// The same for one token that took `depth` recursions and sees `visible` tokens in every layer it went through; a
/// cache that holds fewer for deeper recursions saves a little more. A model that repeats no block has one depth.
double honest_flops_of_token(const ModelConfig& config, int64_t depth, int64_t visible);
/// The same per image, for a model whose trunk is of this configuration. Its tokens are a class token and the patches,
/// which all see each other. Each patch is embedded from its `pixels`, and only the class token has a head.
double honest_flops_per_image(const ModelConfig& config, double pixels);

/// Layers that a token of `depth` recursions goes through; with the mean depth of several tokens, the mean of theirs.
/// Unlike depths, it can be compared between models. In one that repeats no block every token has depth 1.
double layers_per_token(const ModelConfig& config, double depth);

/// Bytes of the packed matrices of a layer that computes keys, without low-rank terms, and of those that make logits.
struct WeightBytes {
  double layer, head;
};
WeightBytes weight_bytes(const ModelConfig& config, WeightFormat format);
/// What is read of packed weights for one token of `depth` recursions that is alone: a layer each time that it is used,
/// but its key and value projections only where it computes keys, and the low-rank terms of each use. Between whole
/// depths it grows evenly.
double weight_bytes_per_token(const ModelConfig& config, double depth, WeightFormat format);

/// Mean bytes of keys and values per token that a cache holds (paper 2.2.2): recursion r keeps its share of the tokens.
double kv_bytes_per_token(const ModelConfig& config, KvStrategy strategy);
/// The same for one token that took `depth` recursions, with the strategy of `config`.
int64_t kv_bytes_of_token(const ModelConfig& config, int64_t depth);
/// The same model's cache with neither sharing nor routing.
double vanilla_kv_bytes_per_token(const ModelConfig& config);

/// Numbers per token that a training step keeps from its forward pass until their gradient is known, routers left out:
/// of each layer its input and what follows its attention [d], q and mixed values [q], k and v [kv], gate and up
/// [d_ff], while norms and products of gate and up are computed again; of recursions what is gathered and put back [d];
/// logits and their gradient [V].
double kept_numbers_per_token(const ModelConfig& config);

}  // namespace tinymor
