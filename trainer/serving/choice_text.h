#pragma once
// The text of one answer as its tokens come, up to the stop text that is complete first.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "datasets/text_stream.h"

namespace tinymor {

/// The natural logarithm of the probability that a token had, and the likeliest tokens at its place.
struct TokenScore {
  float logprob = 0;
  std::vector<std::pair<std::string, float>> top = {};  ///< likeliest first
};

/// A token of an answer, or of the prompt where that is echoed.
struct AnswerToken {
  std::string text = {};  ///< what it adds to the answer: nothing while a character is incomplete
  int32_t depth = 0;      ///< recursions spent at its position
  bool scored = false;    ///< whether `score` is known: when it is wanted, and not for the first token of a prompt
  TokenScore score = {};
};

/// Hands on tokens as soon as it is certain that their texts belong to the answer: what could be the beginning of a
/// stop text is held back. When one is complete, the answer ends before it, and the tokens that made it have what is
/// left of their texts.
class ChoiceText {
 public:
  /// The text goes on from `stream`, where the prompt may have ended within a character. `stops`: none of them empty.
  ChoiceText(TextStream stream, std::vector<std::string> stops);

  /// The next token, with its depth and score. `last`: none follows. Not after stopped().
  void add(int32_t id, AnswerToken token, bool last);
  /// Whether a stop text is complete.
  bool stopped() const { return stopped_; }
  /// The tokens that have become certain since the last call.
  std::vector<AnswerToken> take() { return std::exchange(certain_, {}); }

 private:
  void hand_on(size_t count);

  TextStream stream_;
  std::vector<std::string> stops_;
  std::vector<AnswerToken> held_, certain_;
  std::string text_;  // of those held
  bool stopped_ = false;
};

}  // namespace tinymor
