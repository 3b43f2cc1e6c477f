#pragma once
// The files of a run, which the README lists, and how they are read and replaced. At any instant the files on disk are
// one complete checkpoint.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "autograd/optim.h"
#include "datasets/batches.h"
#include "datasets/corpus.h"
#include "datasets/token_cache.h"
#include "datasets/tokenizer.h"
#include "mor/llama_config.h"
#include "mor/model.h"
#include "trainer/config.h"

namespace tinymor {

struct RunFolder {
  std::filesystem::path path;

  std::filesystem::path config() const { return path / "config.toml"; }
  std::filesystem::path weights() const { return path / "model.safetensors"; }
  /// The weights with the lowest loss on held-out data so far, once there are some.
  std::filesystem::path best() const { return path / "best.safetensors"; }
  std::filesystem::path trainer() const { return path / "trainer.safetensors"; }
  std::filesystem::path llama_config() const { return path / "config.json"; }  ///< of a vanilla model
  /// Which tokens end a text, where the model knows such tokens: it began as one of Hugging Face.
  std::filesystem::path generation_config() const { return path / kGenerationConfig; }
  std::filesystem::path metrics() const { return path / "metrics.jsonl"; }
  std::filesystem::path recording() const { return path / "recording.mortrace"; }

  /// The folder of the checkpoint of a step, where that was kept: a run that stands there, without its logs.
  RunFolder kept(int64_t step) const;
  /// The run whose logs tell how this one came here: the one that kept it as a checkpoint, or itself.
  RunFolder logged() const;
  /// Whether a run was saved here.
  bool has_run() const { return std::filesystem::exists(trainer()); }
};

/// The evaluation of a run with the lowest loss on held-out data so far, by the causal rule; none at step 0.
struct Best {
  int64_t step = 0;
  double loss = std::numeric_limits<double>::infinity();
};

/// What tells a usual step from one to leave out.
struct Steadiness {
  double usual_loss = 0;  ///< running mean over the steps that changed the weights
  int64_t usual = 0;      ///< how many those are
  int64_t left_out = 0;   ///< steps that changed no weights
  int64_t in_a_row = 0;   ///< of those, the last without another between

  /// Whether a step with that loss and gradient norm is left out: one of them is no number, or the loss leapt. Notes
  /// it.
  bool leaves_out(double loss, double grad_norm);
};

/// How far a run has come.
struct Progress {
  int64_t step = 0;    ///< steps done
  double seconds = 0;  ///< spent on them
  Best best = {};
  int64_t since_best = 0;  ///< evaluations since then
  Steadiness steadiness = {};
  std::optional<uint64_t> data = {};  ///< fingerprint (datasets/fingerprint.h) of what it is trained on, where known
  std::string kept = {};              ///< kept_keys of its configuration, where known

  /// The same in another folder, which has no best weights but these.
  Progress elsewhere() const;
};

/// Writes trainer.safetensors, which holds the weights too and is all that resuming reads, then `checkpoint`, the model
/// as a file, as model.safetensors and, when no step had better weights, as best.safetensors. So the best weights are
/// always those that trainer.safetensors tells of, or those in it.
void save_checkpoint(const RunFolder& run, const Module& model, const std::string& checkpoint,
                     const Optimizer& optimizer, const Progress& progress);
/// Only the second and third of these, where they do not hold it yet, as when a run was killed before they were
/// written.
void complete_checkpoint(const RunFolder& run, const std::string& checkpoint, const Progress& progress);
/// Sets model and optimizer to what trainer.safetensors holds. Throws InputError when it is missing, damaged or of
/// another model.
Progress load_checkpoint(const RunFolder& run, Module& model, Optimizer& optimizer);

/// How far the run in a folder has come. Throws InputError as load_checkpoint does.
Progress read_progress(const RunFolder& run);

/// Which of a run's weights are meant.
enum class Checkpoint { best, newest };

/// A model's file.
struct Weights {
  std::filesystem::path file;
  std::string note;  ///< Where a run's best and newest weights differ, which these are, for people; else empty.
};
/// The weights of the model in `folder`: model.safetensors, or beside a config.json of Hugging Face the index of
/// several files, or the only .safetensors file. Empty where there are none.
std::filesystem::path find_weights(const std::filesystem::path& folder);
/// The folder with the weights at `path`, which may be that folder.
RunFolder folder_of(const std::filesystem::path& path);
/// The weights of the model at `path`: that file, or those of the folder. A run that has no best ones yet has only the
/// newest. Throws InputError that says what else is there, such as a model in a form that is not read.
Weights weights_of(const std::filesystem::path& path, Checkpoint which = Checkpoint::best);

/// A model with the tokenizer it was trained with.
struct LoadedModel {
  std::shared_ptr<const Model> model;
  std::shared_ptr<const Tokenizer> tokenizer;
  std::vector<int32_t> ends = {};  ///< The tokens that end a text.

  const ModelConfig& config() const { return model->config(); }
  bool ends_text(int32_t id) const { return std::find(ends.begin(), ends.end(), id) != ends.end(); }
};
/// The tokens that end a text of the model in `folder`, as transformers finds them: those of its
/// generation_config.json, or, where that is missing, of its config.json. Throws InputError when that is damaged.
std::vector<int32_t> ends_in(const RunFolder& folder);
/// Loads `path`: a run folder, a folder of a Llama model of Hugging Face, or a .safetensors file with its tokenizer
/// beside it. Throws InputError. The model is for
/// use only, with its weights packed in this format.
LoadedModel load_model(const std::filesystem::path& path, Checkpoint which = Checkpoint::best,
                       WeightFormat format = WeightFormat::f32);

/// Writes what a model's folder holds beside its weights and configuration; `ends` as LoadedModel has them.
void save_beside(const RunFolder& folder, const Tokenizer& tokenizer, const ModelConfig& config,
                 const std::vector<int32_t>& ends);
/// Throws InputError, naming the model as `name`, when it has weights that are no numbers.
void check_finite(const LoadedModel& loaded, const std::string& name);

/// Throws InputError when a file of the run is not a file: reading and writing a pipe could wait for ever.
void check_files(const RunFolder& run);
/// Throws InputError when `config`, the run's config.toml, is not what the run was trained with in what a run keeps.
void check_kept(const RunFolder& run, const Config& config);

/// Throws InputError when the data that the run of `config` was trained on is gone, saying how to name another
/// place.
void check_data_is_there(const Config& config);

/// What to say when the run is judged on what it held out of `source`, whose fingerprint is `now`, and that has changed
/// since it was trained. Empty when it has not, or when that is not known.
std::string change_note(const RunFolder& run, const std::string& source, uint64_t now);

/// The text of a run of `config`, read as that says.
Corpus corpus_of(const Config& config);
/// What the run trains on and what it holds out of that, in tokens. Throws InputError when it is too short.
DataSplit split_text(const Config& config, const Tokenizer& tokenizer, const Corpus& corpus,
                     const HearProgress& progress = {});

/// Copies metrics and recording of a run, where it has them, into the folder of another one.
void copy_logs(const RunFolder& from, const RunFolder& to);
/// Drops from metrics.jsonl every line that is torn or later than `step`.
void cut_metrics(const RunFolder& run, int64_t step);

}  // namespace tinymor
