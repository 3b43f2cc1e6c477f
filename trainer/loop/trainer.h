#pragma once
// Runs on text: a corpus, a tokenizer and a language model, trained by the loop of training_loop.h.

#include <memory>
#include <optional>
#include <vector>

#include "datasets/token_cache.h"
#include "datasets/tokenizer.h"
#include "trainer/loop/training_loop.h"

namespace tinymor {

/// What a run begins from instead of fresh weights and a tokenizer of its own.
struct Start {
  Model model;
  std::shared_ptr<const Tokenizer> tokenizer;
  std::vector<int32_t> ends = {};  ///< The tokens that end a text.
};

class Trainer : public TrainingLoop {
 public:
  /// A new run in the folder `run`, which must be empty: loads the data, trains the tokenizer, makes the model. With a
  /// `start`, model and tokenizer are those, and config.model is the model's. Throws InputError when the data or
  /// configuration is unusable; writes nothing before all of it is known to be good. `progress` hears how far a large
  /// text is cut into tokens.
  Trainer(Config config, LockedFolder run, std::optional<Start> start = {}, const Beforehand& beforehand = {},
          const HearProgress& progress = {});

  /// Goes on with the run in `run` exactly where its checkpoint was taken, except for what `resumption` changes. Throws
  /// InputError when there is no run on text, a file of it is damaged, or the text has changed without being named.
  static Trainer resume(LockedFolder run, const Resumption& resumption = {}, const Beforehand& beforehand = {},
                        const HearProgress& progress = {});

  const Model& model() const;
  const Tokenizer& tokenizer() const;

 private:
  class Text;
  Trainer(LockedFolder folder, std::unique_ptr<Text> text);
  Trainer(LockedFolder folder, std::unique_ptr<Text> text, const Resumption& resumption);
  static std::unique_ptr<Text> text_of(const Corpus& corpus, Config config, std::shared_ptr<const Tokenizer> tokenizer,
                                       LoadedModel teacher, int64_t done, const Beforehand& beforehand,
                                       const HearProgress& progress);
  static std::unique_ptr<Text> new_text(Config config, std::optional<Start> start, const Beforehand& beforehand,
                                        const HearProgress& progress);
  static std::unique_ptr<Text> saved_text(const RunFolder& folder, const Resumption& resumption,
                                          const Beforehand& beforehand, const HearProgress& progress);
  const Text& text() const;
};

}  // namespace tinymor
