#pragma once
// How a token of a generated text was drawn, or will be: the candidates that temperature and cuts leave, and where the
// random number falls among them.

#include <cstdint>
#include <span>
#include <vector>

#include "visualizer/runs/generation.h"

namespace tinymor {

struct Draw {
  /// No more are kept, so that a long text does not hold the vocabulary once for each of its tokens.
  static constexpr size_t most_candidates = 256;

  std::vector<Candidate>
      candidates;                  ///< The likeliest first; behind them the token that is taken, if it is none of them.
  std::vector<float> raw;          ///< The probability of each before temperature and cuts.
  size_t taken = 0;                ///< The candidate that is taken, ...
  size_t place = 0;                ///< ... and its place among all candidates, from 0.
  size_t all = 0, vocabulary = 0;  ///< How many candidates and how many tokens there were.
  double number = 0;               ///< The random number, 0 to 1.
  int seed = 0;
  bool by_hand = false;  ///< A person chose the token; the number had no say.
};

/// What the n-th draw after the prompt takes, n from 0, behind `text`, by the logits [V] for that token.
Draw draw_of(std::span<const float> logits, const Sampling& sampling, std::span<const int32_t> text, int64_t n);
/// The same where it is known that token `id` was taken.
Draw draw_of(std::span<const float> logits, const Sampling& sampling, std::span<const int32_t> text, int64_t n,
             int32_t id);

}  // namespace tinymor
