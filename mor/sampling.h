#pragma once
// From scores to text: how the next token is drawn from the logits (Holtzman et al. 2020 for top-p, Keskar et al. 2019
// for the repetition penalty).
//
// In this order: tokens of the text so far lose score (repetition_penalty), logits / temperature become probabilities,
// what is below min_p times the likeliest goes, the likeliest top_k stay, and of those the likeliest that reach top_p.
// One of what is left is drawn, with probabilities in proportion.

#include <cstdint>
#include <span>
#include <vector>

#include "tensor/real.h"

namespace tinymor {

/// How the next token is drawn from the logits.
struct SampleOptions {
  double temperature = 0.8;       ///< 0: always the likeliest token.
  int64_t top_k = 0;              ///< Only the k likeliest tokens; 0: all.
  double top_p = 1;               ///< Only the likeliest tokens that together reach this probability.
  double min_p = 0;               ///< Only tokens with at least this share of the likeliest one's probability.
  double repetition_penalty = 1;  ///< Logits of tokens in the text: divided by it when positive, else multiplied.
  uint64_t seed = 1;
  int32_t never = -1;  ///< This token is never drawn, such as a tokenizer's "unknown"; -1: every token may be.
};

/// A token that might come next.
struct Candidate {
  int32_t id = 0;
  float probability = 0;
  bool operator==(const Candidate&) const = default;
};

/// The tokens that may come after `text` by `logits` [V], likeliest first, with the probabilities they are drawn with,
/// which sum to 1. Ties and cut-offs go to the smaller id.
std::vector<Candidate> distribution(std::span<const Real> logits, const SampleOptions& options,
                                    std::span<const int32_t> text = {});
/// Draws one of them: walks along their probabilities until `draw`, uniform in [0,1), is used up.
int32_t sample(std::span<const Real> logits, const SampleOptions& options, double draw,
               std::span<const int32_t> text = {});
/// The n-th draw of a seed, n from 0: what the n-th token that a Generator adds to a prompt is drawn with.
double sampling_draw(uint64_t seed, int64_t n);

}  // namespace tinymor
