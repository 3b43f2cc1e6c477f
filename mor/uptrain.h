#pragma once
// Uptraining (paper table 12): a recursive or MoR model need not begin from noise. Its shared layers can start as
// layers of a trained vanilla model of the same sizes, and training goes on from there. So can the layers of a vanilla
// model with fewer of them, which the paper compares with.

#include <cstdint>
#include <string>
#include <vector>

#include "mor/model.h"

namespace tinymor {

/// Which layers of the vanilla model a shared set of weights starts as. L = n_layers, b = shared sets; under the
/// middle_* strategies, whose first and last layer are their own, the layers 1..L-2 are those to choose from.
enum class SharedInit {
  stepwise,  ///< b layers evenly from the first to the last, halves rounded to even: linspace(0, L-1, b)
  average,   ///< the mean of all layers that are tied to the set, norms too
  lower,     ///< the first b layers
  upper,     ///< the last b layers
  random     ///< b different layers by the seed, in their order
};
template <>
std::vector<std::string> enum_names<SharedInit>();

/// Which of the `layers` of a vanilla model each unique set of weights of `target` starts as; the mean of several.
/// `target` must be resolved, and have as many layers, or fewer when it is vanilla, too.
std::vector<std::vector<int64_t>> source_layers(const ModelConfig& target, int64_t layers, SharedInit init,
                                                uint64_t seed);

/// A model of the configuration `target` that starts from the weights of `vanilla`: embedding, final norm, head and the
/// unshared first and last layers are copies, the shared sets come from source_layers. Routers start fresh from `seed`.
/// Where uses of shared weights have norms of their own, they start as those of the layer that the use replaces; where
/// they have low-rank terms, these start as the nearest ones to the difference of that layer's weights and the shared
/// ones (truncated_svd; Bae et al. 2024). With both, at full rank, a recursive model computes what `vanilla` does.
/// Where nothing is shared or routed, the result computes exactly what `vanilla` does. Throws InputError, naming the
/// key, when `target` is illegal, differs from `vanilla` in what the weights were made for (all but max_seq_len, and of
/// a vanilla one the number of layers, which may be smaller), or `vanilla` is not vanilla.
Model uptrained(const Model& vanilla, ModelConfig target, SharedInit init, uint64_t seed);

}  // namespace tinymor
