#pragma once
// How well a model predicts text that it was not trained on, and what its routers make of it.

#include <cstdint>
#include <functional>

#include "datasets/batches.h"
#include "mor/model.h"

namespace tinymor {

struct Evaluation {
  int64_t tokens = 0;  ///< predictions judged
  double loss = 0;     ///< mean over them, nats
  double perplexity = 0;
  double mean_depth = 0;
  double sampling_accuracy = 1;  ///< see RouterMetrics, like the last two
  /// Share of the positions 0..T-1 at which no window had a token that took every recursion (paper App. G.2); 0 without
  /// routing.
  double dead_positions = 0;
  double max_violation = 0;
  double load_entropy = 0;
};

/// Sees some windows at a time: their ids [n,T], what the model did with them, and the loss of every prediction [n*T].
using SeeWindows = std::function<void(const IntTensor& ids, const ForwardResult& result, const Tensor& nll)>;

/// Judges `model` on the windows [n,T] under a rule, by all predictions but those of targets -1; at most `max_windows`
/// of them, evenly spread (0: all). `see` is shown all of them on the way. Throws InputError when there is nothing to
/// judge by.
Evaluation evaluate(const Model& model, const Batch& windows, Rule rule, int64_t max_windows = 0, int64_t max_depth = 0,
                    const SeeWindows& see = {});

}  // namespace tinymor
