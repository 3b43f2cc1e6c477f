#pragma once
// The files of a run (docs: the README lists them) and how they are read and replaced. Whatever is on disk at any
// instant is one complete checkpoint.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "datasets/batches.h"
#include "datasets/tokenizer.h"
#include "mor/model.h"
#include "trainer/adamw.h"
#include "trainer/config.h"

namespace tinymor {

struct RunFolder {
  std::filesystem::path path;

  std::filesystem::path config() const { return path / "config.toml"; }
  std::filesystem::path weights() const { return path / "model.safetensors"; }
  std::filesystem::path trainer() const { return path / "trainer.safetensors"; }
  std::filesystem::path llama_config() const { return path / "config.json"; }  ///< of a vanilla model
  std::filesystem::path metrics() const { return path / "metrics.jsonl"; }
  std::filesystem::path recording() const { return path / "recording.mortrace"; }

  /// Whether a run was saved here.
  bool has_run() const { return std::filesystem::exists(trainer()); }
};

/// How far a run has come.
struct Progress {
  int64_t step = 0;    ///< steps done
  double seconds = 0;  ///< spent on them
};

/// Writes trainer.safetensors, which holds the weights too and is all that resuming reads, then `checkpoint`, the model
/// as a file, as model.safetensors.
void save_checkpoint(const RunFolder& run, const Module& model, const std::string& checkpoint, const AdamW& optimizer,
                     const Progress& progress);
/// Sets model and optimizer to what trainer.safetensors holds. Throws InputError when it is missing, damaged or of
/// another model.
Progress load_checkpoint(const RunFolder& run, Module& model, AdamW& optimizer);

/// A model with the tokenizer it was trained with.
struct LoadedModel {
  std::shared_ptr<const Model> model;
  std::shared_ptr<const Tokenizer> tokenizer;

  const ModelConfig& config() const { return model->config(); }
};
/// The file with the weights of the model at `path`, a folder or that file. Throws InputError that says what else is
/// there, such as a model in a form that is not read.
std::filesystem::path weights_of(const std::filesystem::path& path);
/// Loads `path`: a run folder, or a .safetensors file whose tokenizer lies beside it. Throws InputError.
LoadedModel load_model(const std::filesystem::path& path);

/// What a run of `config` trains on and what it holds out of `text`, in tokens. Throws InputError when it is too short.
DataSplit split_text(const Config& config, const Tokenizer& tokenizer, const std::string& text);

/// Drops from metrics.jsonl every line that is torn or later than `step`.
void cut_metrics(const RunFolder& run, int64_t step);

}  // namespace tinymor
