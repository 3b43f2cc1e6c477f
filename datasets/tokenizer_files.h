#pragma once
// How tokenizers are kept: tokenizer.json for bytes and characters, SentencePiece's own file tokenizer.model.

#include <filesystem>
#include <memory>
#include <string>

#include "datasets/tokenizer.h"

namespace tinymor {

inline constexpr const char* tokenizer_json = "tokenizer.json";
inline constexpr const char* tokenizer_model = "tokenizer.model";
/// What transformers wants to know of a tokenizer.
inline constexpr const char* tokenizer_config_json = "tokenizer_config.json";

/// Writes `bytes` to `folder`/`name` and removes the tokenizer of the other kind, if there is one.
void write_tokenizer_file(const std::filesystem::path& folder, const char* name, const std::string& bytes);

/// The text of a tokenizer.json: `type` is "byte" or "char"; `characters` are all those of the latter, in order.
std::string tokenizer_json_text(const std::string& type, const std::string& characters);

/// A SentencePiece tokenizer from the bytes of its file, which may be hostile. One from elsewhere, which has a piece
/// that begins a text, puts it before each (`begins`) and gets unused pieces until it has `vocab_size`. Throws
/// InputError, beginning with `name`.
std::unique_ptr<Tokenizer> sentencepiece_from_bytes(const std::string& bytes, const std::string& name,
                                                    bool begins = false, int64_t vocab_size = 0);

}  // namespace tinymor
