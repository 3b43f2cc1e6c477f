#pragma once
// Checks a SentencePiece file before the library reads it. The library trusts its files: it walks the normalization
// table without bounds, and on some vocabularies its trie ends the program. Run folders come from anywhere.

#include <string>
#include <string_view>

namespace tinymor {

/// What encoding needs to know and the library does not tell. The defaults hold where a file says nothing.
struct SentencePieceModel {
  bool adds_prefix = true;       ///< Encoding puts a space before the text.
  bool trims_spaces = true;      ///< Encoding drops spaces at the ends of the text, and doubled ones.
  bool joins_lines = false;      ///< A piece has a newline in it.
  bool byte_fallback = false;    ///< Every byte has a piece.
  bool has_user_pieces = false;  ///< Some pieces are found in a text before all else, or never written.
};

/// Reads `bytes`, a serialized sentencepiece.ModelProto. Throws InputError, beginning with `name`, unless it is whole,
/// its pieces are distinct UTF-8 texts, it is byte-pair encoding, and it has no normalization table.
SentencePieceModel check_sentencepiece_model(std::string_view bytes, const std::string& name);

}  // namespace tinymor
