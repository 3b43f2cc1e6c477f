#pragma once
// How tokenizers of the GPT family cut a text into words before they merge anything: no token reaches over the end of a
// word. Each function finds the word that a text begins with; taking one after the other cuts a whole text.

#include <cstddef>
#include <string_view>

namespace tinymor {

/// Bytes of the first word of `text`, which is UTF-8 and not empty: 1 or more.
using FirstWord = size_t (*)(std::string_view text);

/// The regular expression of GPT-2:
///   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
size_t gpt2_word(std::string_view text);
/// That of Llama 3 and of GPT-4, with `{1,3}`, and of others, which have \p{N} alone:
///   (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|
///   ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
size_t llama3_word(std::string_view text);
size_t llama3_word_of_one_digit(std::string_view text);

/// \p{N}: a digit alone, or all digits in a row; otherwise everything before the next digit.
size_t one_digit(std::string_view text);
size_t digits(std::string_view text);
/// Everything before the next U+2581, which SentencePiece puts where a word begins.
size_t marked_word(std::string_view text);

}  // namespace tinymor
