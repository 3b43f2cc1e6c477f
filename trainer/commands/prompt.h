#pragma once
// Texts that a person gives a model on the command line.

#include <cstdint>
#include <string>
#include <vector>

#include "trainer/run_folder.h"

namespace tinymor {

/// The tokens of `text`, read as texts to train on are (plain_text). Says on stderr which of its characters the model
/// does not know.
std::vector<int32_t> prompt_tokens(const LoadedModel& model, const std::string& text);

/// The same without a model: of what a tokenizer alone is asked. `text` is taken as it is.
void tell_unknown(const Tokenizer& tokenizer, const std::string& text);

}  // namespace tinymor
