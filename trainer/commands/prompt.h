#pragma once
// Texts that a person gives a model or a tokenizer on the command line.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/tokenizer.h"
#include "trainer/loop/run_folder.h"

namespace tinymor {

/// The tokens of `text`, read as texts to train on are (plain_text). Says on stderr which of its characters the
/// tokenizer does not know.
std::vector<int32_t> prompt_tokens(const Tokenizer& tokenizer, const std::string& text);

/// The first words of what the run at `path` held out of its own text. Throws InputError when there is none, or the
/// text is gone.
std::string own_prompt(const std::filesystem::path& path, const LoadedModel& loaded);

}  // namespace tinymor
