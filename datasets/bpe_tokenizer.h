#pragma once
// Tokenizers of Hugging Face's tokenizers library, which keeps them in a tokenizer.json: byte-pair encoding over bytes
// (GPT-2, Llama 3) or over characters, with SentencePiece's mark for spaces or without (Llama 2).
//
// A text goes through them like this: tokens that were added by hand are cut out of it; what is left is changed (spaces
// become marks) and cut into words; the bytes or characters of each word are merged, pair by pair. What a file asks for
// beyond that is refused by name.

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "datasets/tokenizer.h"

namespace tinymor {

/// Whether `document` is a tokenizer.json of the tokenizers library.
bool is_of_tokenizers_library(const nlohmann::json& document);

/// The tokenizer of such a file's text, which may be hostile, with at least `vocab_size` ids: a model's vocabulary may
/// be rounded up. Ids without a token decode to nothing, as do special tokens (the end of a text). Where the file puts
/// special tokens before each text, encode does. Throws InputError, beginning with `name`.
std::unique_ptr<Tokenizer> bpe_tokenizer(const std::string& text, const std::string& name, int64_t vocab_size = 0);

/// A tokenizer.json for the tokenizers library: byte-pair encoding of `vocab` (text to id) and `merges` ([left, right],
/// the first to be merged first).
struct BpeFile {
  nlohmann::json vocab = nlohmann::json::object(), merges = nlohmann::json::array();
  std::string unknown = {};  ///< The token for characters that are not in `vocab`; empty: there is none.
  bool fuse_unknown = false, byte_fallback = false;
  /// Over bytes as GPT-2 writes them (byte_letter); else over characters.
  bool byte_level = false;
  /// Spaces are put before a text, and U+2581 is read as one.
  bool adds_prefix = false;
  /// Tokens that are found in a text as they are, and decode to nothing.
  std::vector<std::string> special = {};
  /// The one of them that is put before each text; empty: none.
  std::string begin = {};

  std::string text() const;
};

/// The character that stands for a byte in byte-level vocabularies, as GPT-2 chose them: itself where it can be seen,
/// else one from U+0100 on.
std::string byte_letter(unsigned char byte);

}  // namespace tinymor
