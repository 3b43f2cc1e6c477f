#pragma once
// Pruning: the parts of a trained model that matter least are left out. The rest keeps its value, and may be trained
// further.

#include <string>
#include <vector>

#include "mor/model.h"

namespace tinymor {

/// What is left out.
enum class Pruned {
  /// Single weights of the layers' matrices: those closest to 0 become 0 (Han et al. 2015, arXiv 1506.02626). A matrix
  /// is as large as before, and takes as long.
  weights,
  /// Whole units of the MLPs: unit i reads the state with row i of gate_proj and up_proj and writes to it with column i
  /// of down_proj. Without it the three are smaller. |gate_i| |up_i| |down_i| bounds what it can write, so the units
  /// with the smallest product go (as filters by their norm in Li et al. 2017, arXiv 1608.08710).
  units
};
template <>
std::vector<std::string> enum_names<Pruned>();

/// A copy of `model` with the share `keep` of each matrix's weights, or of each layer's units, rounded, and at least
/// one; shared layers are pruned once. Embeddings, norms and routers stay. Throws InputError unless 0 < keep <= 1, and
/// for a model with low-rank terms (ModelConfig::lora_rank), whose layers differ from use to use.
Model pruned(const Model& model, Pruned what, double keep);

}  // namespace tinymor
