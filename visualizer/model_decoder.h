#pragma once
// The window's only door to models: loading one, and decoding text with one.

#include <atomic>
#include <filesystem>
#include <memory>

#include "datasets/tokenizer.h"
#include "mor/model.h"
#include "visualizer/generation.h"

namespace tinymor {

/// A model with the tokenizer it was trained with.
struct LoadedModel {
  std::shared_ptr<const Model> model;
  std::shared_ptr<const Tokenizer> tokenizer;

  const ModelConfig& config() const { return model->config(); }
};

/// Reads a model.safetensors and the tokenizer that lies beside it. Throws InputError.
LoadedModel load_model(const std::filesystem::path& file);

/// A decoder over `loaded`, which it keeps alive.
std::unique_ptr<Decoder> model_decoder(LoadedModel loaded);

/// Loads the model anew for every text, so that a run that trains elsewhere is heard at its newest checkpoint.
DecoderFactory file_decoder(const std::filesystem::path& file);

}  // namespace tinymor
