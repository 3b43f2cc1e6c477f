#include "trainer/commands/prompt.h"

#include <fmt/format.h>

#include <algorithm>

#include "datasets/corpus.h"
#include "datasets/utf8.h"
#include "tensor/error.h"
#include "trainer/program.h"

namespace tinymor {

std::vector<int32_t> prompt_tokens(const Tokenizer& tokenizer, const std::string& text) {
  const std::string plain = plain_text(text), unknown = unknown_characters(tokenizer, plain);
  if (!unknown.empty())
    tell(fmt::format("note: {} did not occur in the text that the tokenizer learned from: it is read as \"unknown\"",
                     unknown));
  return tokenizer.encode(plain);
}

std::string own_prompt(const std::filesystem::path& path, const LoadedModel& loaded) {
  constexpr int64_t kTokens = 12;
  const RunFolder run{path};
  const bool of_a_run = std::filesystem::exists(run.config());
  const Config config = of_a_run ? read_config(run.config()) : Config();
  check_input(of_a_run && is_source(config.data.source),
              "--prompt: is missing, and there is no text beside {} to begin as (give some text to start from)",
              path.string());
  const DataSplit split = split_text(config, *loaded.tokenizer, corpus_of(config));
  const Tokens& ids = split.held_out.empty() ? split.train : split.held_out;
  std::string text = loaded.tokenizer->decode(ids.slice(0, std::min(kTokens, ids.size())).to_vector());
  // From a line's beginning, and without what is left of a word at the end.
  if (const size_t line = text.find('\n'); line + 1 < text.size()) text.erase(0, line + 1);
  if (const size_t space = text.find_last_of(" \n"); space != text.npos && space > 0) text.resize(space);
  return as_utf8(text);
}

}  // namespace tinymor
