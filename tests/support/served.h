#pragma once
// A small model on bytes for the tests of the server, and what it writes for one prompt alone.

#include <memory>
#include <string>
#include <vector>

#include "datasets/corpus.h"
#include "datasets/text_stream.h"
#include "mor/generate.h"
#include "support/tiny_models.h"
#include "trainer/loop/run_folder.h"
#include "trainer/serving/completion_request.h"

namespace tinymor {

inline LoadedModel served_model(Routing routing = Routing::expert_choice, int64_t longest = 96) {
  ModelConfig config = tiny_config(Sharing::middle_cycle, routing);
  config.vocab_size = 256;
  config.max_seq_len = longest;
  config.resolve();
  const auto model = std::make_shared<Model>(opinionated_model(config, 3, 14));
  model->pack(WeightFormat::f32);  // as one that is loaded: only then a text has the bits that it has alone
  return {model, std::shared_ptr<Tokenizer>(byte_tokenizer())};
}

struct Alone {
  std::string text;
  std::vector<int32_t> depths;
  std::vector<std::string> pieces;
};

/// What `tinymor generate` writes after a prompt, without the prompt.
inline Alone alone(const LoadedModel& loaded, const std::string& prompt, int64_t max_tokens, SampleOptions options,
                   int64_t max_depth = 0) {
  options.never = loaded.tokenizer->unknown();
  Generator generator(*loaded.model, options, max_depth);
  generator.prompt(loaded.tokenizer->encode(plain_text(prompt)));
  TextStream stream(*loaded.tokenizer);
  Alone written;
  for (int64_t i = 0; i < max_tokens; ++i) {
    const GeneratedToken token = generator.next();
    written.pieces.push_back(stream.add(token.id));
    if (i + 1 == max_tokens) written.pieces.back() += stream.rest();
    written.text += written.pieces.back();
    written.depths.push_back(token.depth);
  }
  return written;
}

/// The text before the stop text that is complete first; the longest of those.
inline std::string before_stop(const std::string& text, const std::vector<std::string>& stops) {
  for (size_t end = 1; end <= text.size(); ++end) {
    const std::string read = text.substr(0, end);
    size_t longest = 0;
    for (const std::string& stop : stops)
      if (read.ends_with(stop)) longest = std::max(longest, stop.size());
    if (longest > 0) return read.substr(0, end - longest);
  }
  return text;
}

}  // namespace tinymor
