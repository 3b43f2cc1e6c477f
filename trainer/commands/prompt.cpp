#include "trainer/commands/prompt.h"

#include <fmt/format.h>

#include "datasets/corpus.h"

namespace tinymor {

void tell_unknown(const Tokenizer& tokenizer, const std::string& text) {
  const std::string unknown = unknown_characters(tokenizer, text);
  if (!unknown.empty())
    fmt::print(stderr, "note: {} did not occur in the text that the tokenizer learned from: it reads \"unknown\"\n",
               unknown);
}

std::vector<int32_t> prompt_tokens(const LoadedModel& model, const std::string& text) {
  const std::string plain = plain_text(text);
  tell_unknown(*model.tokenizer, plain);
  return model.tokenizer->encode(plain);
}

}  // namespace tinymor
