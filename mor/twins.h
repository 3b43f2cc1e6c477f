#pragma once
// What a model is compared with. A twin has the same width and the same unrolled depth, but leaves something out: the
// vanilla twin shares nothing, the recursive twin routes nothing (the baselines of the paper's tables 3 and 9).

#include "mor/config.h"

namespace tinymor {

/// The same layers, each with weights of its own, every token through all of them; the router's keys at their defaults.
ModelConfig vanilla_twin(ModelConfig config);

/// The same shared layers with every token taking all recursions; the router's keys at their defaults. The hybrid
/// cache, which needs a router, becomes recursion-wise. Throws InputError when `config` has no recursions.
ModelConfig recursive_twin(ModelConfig config);

/// How many steps of `twin` cost the floating-point operations of `steps` steps of `config`, as the paper counts them
/// at full context (App. D), rounded; at least 1. Both must be resolved.
int64_t steps_of_equal_flops(const ModelConfig& config, const ModelConfig& twin, int64_t steps);

}  // namespace tinymor
