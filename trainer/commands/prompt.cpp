#include "trainer/commands/prompt.h"

#include <fmt/format.h>

#include "datasets/corpus.h"
#include "trainer/program.h"

namespace tinymor {

std::vector<int32_t> prompt_tokens(const Tokenizer& tokenizer, const std::string& text) {
  const std::string plain = plain_text(text), unknown = unknown_characters(tokenizer, plain);
  if (!unknown.empty())
    tell(fmt::format("note: {} did not occur in the text that the tokenizer learned from: it is read as \"unknown\"",
                     unknown));
  return tokenizer.encode(plain);
}

}  // namespace tinymor
