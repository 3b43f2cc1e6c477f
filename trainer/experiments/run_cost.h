#pragma once
// What a run will take, known before it begins: memory and time, from its configuration and from what this machine has.

#include <cstdint>
#include <string>

#include "trainer/config.h"

namespace tinymor {

/// Bytes of a training step at its peak: the parameters with AdamW's two moments, and what a micro batch of `tokens`
/// keeps for its gradients or, where that is more, the gradients themselves. The model must be resolved and know its
/// vocabulary.
double step_bytes(const ModelConfig& model, int64_t tokens);

/// What a run of some configuration takes.
struct RunCost {
  double bytes = 0;  ///< of memory at its peak, about
  double flops = 0;  ///< floating-point operations of all its training steps, evaluations left out
};
/// Of a run of `steps` steps. The model must be resolved and know its vocabulary.
RunCost run_cost(const Config& config, int64_t steps);

/// Bytes of memory that this process can still take: what the machine has available, or what the limits of its control
/// groups and of the process itself leave where that is less. 0 when it cannot be told.
double free_bytes_of_machine();

/// Seconds that a training step takes here, with its share of the evaluations on the way: measured on a few steps of
/// random tokens, or, where one takes more than some seconds or more memory than there is, judged by how fast matrices
/// of the model's sizes are multiplied. The model must be resolved and know its vocabulary.
double seconds_per_step(const Config& config);

/// What a person should know before a run that takes `cost` and so many seconds: that, or, when it needs more memory
/// than the `free` bytes, a warning.
std::string advice(const RunCost& cost, double free, double seconds);
/// The same of a run on this machine.
std::string advice(const Config& config, int64_t steps);

}  // namespace tinymor
