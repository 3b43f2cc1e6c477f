#pragma once
// The rules by which tokens are chosen for a recursion (paper 2.2.1): one for training, others for use.

#include <string>
#include <vector>

#include "mor/config.h"

namespace tinymor {

/// `topk` is the training rule and sees the whole sequence; `threshold` is causal: a recursion takes a candidate when
/// its logit is >= 0 (all of them where its capacity is 1). `aux_threshold` is the same with the logits of the
/// auxiliary router.
enum class Rule { topk, threshold, aux_threshold };
template <>
std::vector<std::string> enum_names<Rule>();

/// The rule by which a model is used where the future is not known: its router's, or its auxiliary router's.
Rule causal_rule(const ModelConfig& config);
/// Whether each recursion's tokens are scored one by one, so that a causal rule compares them with a bar that can be
/// moved.
bool has_bar(Routing routing);
/// The rules that make a difference to a model: the training rule and the causal one under expert choice, else one.
std::vector<Rule> rules_of(const ModelConfig& config);

}  // namespace tinymor
