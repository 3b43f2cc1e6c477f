#pragma once
// How well a model predicts text that it was not trained on.

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/batches.h"
#include "mor/model.h"

namespace tinymor {

struct Evaluation {
  int64_t tokens = 0;  ///< predictions made
  double loss = 0;     ///< mean over them, nats
  double perplexity = 0;
  double mean_depth = 0;
  double sampling_accuracy = 1;  ///< see Router
};

/// Judges `model` on the windows [n,T] under a rule; at most `max_windows` of them, evenly spread (0: all).
Evaluation evaluate(const Model& model, const Batch& windows, Rule rule, int64_t max_windows = 0,
                    int64_t max_depth = 0);

/// The rules that make a difference to this model: both under expert choice, else one.
std::vector<Rule> rules_of(const ModelConfig& config);
/// "topk", "threshold", "aux_threshold"
const char* rule_name(Rule rule);
/// The rule of that name, which must be one.
Rule rule_named(const std::string& name);

}  // namespace tinymor
