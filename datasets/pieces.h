#pragma once
// Tokens as people read them: the pieces of a vocabulary hold SentencePiece's mark for a space, newlines and damaged
// bytes.

#include <cstdint>
#include <string>
#include <vector>

namespace tinymor {

/// Readable form of a token: SentencePiece's mark as a space, a newline as the pilcrow, at most 48 bytes, valid UTF-8.
std::string readable_piece(const std::string& piece);
/// The same for quoting in a sentence: spaces become middle dots.
std::string quoted_piece(const std::string& readable);
/// Such a token in quotation marks, as a sentence names it; its own quotation marks are straight ones.
std::string in_quotes(const std::string& readable);
/// A token for quoting: its piece, or "id 12" where the vocabulary does not reach it.
std::string quoted_token(const std::vector<std::string>& vocabulary, int32_t id);
bool is_newline(const std::string& readable);

}  // namespace tinymor
