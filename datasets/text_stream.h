#pragma once
// Tokens that come one by one, as text.

#include <cstdint>
#include <string>

#include "datasets/tokenizer.h"

namespace tinymor {

/// Turns tokens into text as they come, valid UTF-8 always: a character spread over several tokens appears with its
/// last one, and bytes that make no character become U+FFFD.
class TextStream {
 public:
  explicit TextStream(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}
  /// The text that `id` adds; empty while a character is incomplete.
  std::string add(int32_t id);
  /// U+FFFD for a last character that stayed incomplete; empty where there is none.
  std::string rest();

 private:
  const Tokenizer& tokenizer_;
  std::string bytes_;  // of a character that is incomplete
};

}  // namespace tinymor
