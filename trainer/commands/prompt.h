#pragma once
// Texts that a person gives a model or a tokenizer on the command line.

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/tokenizer.h"

namespace tinymor {

/// The tokens of `text`, read as texts to train on are (plain_text). Says on stderr which of its characters the
/// tokenizer does not know.
std::vector<int32_t> prompt_tokens(const Tokenizer& tokenizer, const std::string& text);

}  // namespace tinymor
