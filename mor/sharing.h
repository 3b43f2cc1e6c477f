#pragma once
// Which layers of the unrolled model use the same weights (paper 2.1, table 1).

#include <cstdint>
#include <vector>

#include "mor/config.h"

namespace tinymor {

/// The unrolled model is `prelude` layers, then a block of `block` layers run `recursions` times, then `coda` layers.
/// A model without a repeated block is one block run once; but where sharing is none and n_recursions is not 1, each of
/// the recursions is a block of its own: a stage after which a token may stop.
struct LayerMap {
  std::vector<int64_t> weights;  ///< [n_layers] which set of weights each effective layer uses, numbered by first use
  std::vector<int64_t> first;    ///< [n_layers] the first effective layer that uses the same set
  int64_t unique = 0;            ///< number of those sets
  int64_t prelude = 0, block = 0, recursions = 1, coda = 0;
  bool repeats = false;  ///< whether recursions use the same weights

  /// Effective layer j of the block in recursion r.
  int64_t layer(int64_t r, int64_t j) const { return prelude + r * block + j; }
  /// The recursion that runs an effective layer; -1 for one of the prelude or the coda.
  int64_t recursion_of(int64_t layer) const;
  /// Whether other effective layers use the same weights as this one.
  bool is_shared(int64_t layer) const;
  /// How many effective layers before this one use its weights.
  int64_t uses_before(int64_t layer) const;
};

/// Whether the first and the last layer keep weights of their own: the middle strategies (paper Table 1).
bool keeps_ends(Sharing sharing);

/// With L = n_layers, N = n_recursions and the block of b = L/N (cycle, sequence) or (L-2)/N (middle_*) layers:
///   none             layer l uses set l; the block has b = L/N layers
///   cycle            layer l uses set l mod b
///   sequence         layer l uses set l / N
///   middle_cycle     the first and last layer have their own; between them 1 + (l-1) mod b
///   middle_sequence  the same, but between them 1 + (l-1) / N
LayerMap layer_map(const ModelConfig& config);
/// The same for keys and values, where kv_cache lets them be shared: the map of a model whose weights were shared as
/// kv_sharing says, or else that of the weights.
LayerMap key_layer_map(ModelConfig config);

}  // namespace tinymor
