#pragma once
// Runs on text: a corpus, a tokenizer and a language model, trained by the loop of training_loop.h.

#include <filesystem>
#include <memory>
#include <optional>

#include "datasets/tokenizer.h"
#include "trainer/training_loop.h"

namespace tinymor {

/// What a run begins from instead of fresh weights and a tokenizer of its own.
struct Start {
  Model model;
  std::shared_ptr<const Tokenizer> tokenizer;
};

class Trainer : public TrainingLoop {
 public:
  /// A new run in the empty or missing folder `run`: loads the data, trains the tokenizer, makes the model. With a
  /// `start`, model and tokenizer are those, and config.model is the model's. Throws InputError when the data or
  /// configuration is unusable; writes nothing before all of it is known to be good.
  Trainer(Config config, std::filesystem::path run, std::optional<Start> start = {});

  /// Goes on with the run in `run` exactly where its checkpoint stands; `steps` replaces train.steps. Throws InputError
  /// when there is no run on text or a file of it is damaged.
  static Trainer resume(const std::filesystem::path& run, std::optional<int64_t> steps = {});

  const Model& model() const;
  const Tokenizer& tokenizer() const;

 private:
  class Text;
  Trainer(const RunFolder& folder, std::unique_ptr<Text> text, Begin begin);
  static std::unique_ptr<Text> new_text(Config config, std::optional<Start> start);
  static std::unique_ptr<Text> saved_text(const RunFolder& folder, std::optional<int64_t> steps);
  const Text& text() const;
};

}  // namespace tinymor
