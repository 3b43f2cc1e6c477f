#pragma once
// A run's complete configuration: the TOML file of the user, defaults filled in, `--set` applied.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "mor/config.h"

namespace tinymor {

enum class TokenizerKind { sentencepiece, byte, character };  // "sentencepiece", "byte", "char"
enum class ScheduleKind { trapezoid, cosine, constant };

struct DataConfig {
  std::string source = "stories";   ///< Name of a bundled data set, a text file or a folder of them.
  bool lossy = false;               ///< Bytes that are not UTF-8 are read as U+FFFD.
  bool separate_documents = false;  ///< No token sees one of another document.
  TokenizerKind tokenizer = TokenizerKind::sentencepiece;
  int64_t vocab_size = 1024;  ///< Pieces to learn, at most; byte and character tokenizers find their own.
  double val_fraction = 0.1;  ///< Share of the text that is held out for evaluation.
  std::string patch = "";     ///< Of images: pixels of a patch, as PatchSize has them; empty: what suits the source.

  bool operator==(const DataConfig&) const = default;
};

struct TrainConfig {
  int64_t steps = 1000;
  int64_t batch_size = 16;
  int64_t grad_accumulation = 1;
  double lr = 3e-3;
  double min_lr = 0;
  ScheduleKind schedule = ScheduleKind::trapezoid;
  int64_t warmup_steps = 50;
  double cooldown_fraction = 0.2;
  double weight_decay = 0.1;
  double beta1 = 0.9;
  double beta2 = 0.95;
  double grad_clip = 1.0;
  std::string teacher = "";  ///< A model whose predictions are learned, too (mor/distillation.h); empty: none.
  double teacher_weight = 1;
  double teacher_temperature = 1;
  int64_t eval_every = 250;
  int64_t patience = 0;
  int64_t checkpoint_every = 250;
  int64_t keep_every = 0;
  int64_t record_every = 50;
  uint64_t seed = 1;

  bool operator==(const TrainConfig&) const = default;
};

struct Config {
  ModelConfig model;
  DataConfig data;
  TrainConfig train;

  bool operator==(const Config&) const = default;

  /// The configuration of `tinymor train` with no file: a small MoR model that the demo trains.
  static Config defaults();
  /// A MoR model, and how long to train it: one of preset_names. Throws InputError for another name.
  static Config preset(const std::string& name);
};

/// "tiny", "small", "medium", "overnight": about 1, 10, 60 and 600 minutes on two cores.
std::vector<std::string> preset_names();

/// Calls `field("name", value)` for every key of the [data] table, as for_each_model_field does for [model].
template <class Data, class Field>
void for_each_data_field(Data& c, Field&& field) {
  field("source", c.source);
  field("lossy", c.lossy);
  field("separate_documents", c.separate_documents);
  field("tokenizer", c.tokenizer);
  field("vocab_size", c.vocab_size);
  field("val_fraction", c.val_fraction);
  field("patch", c.patch);
}

/// The same for the [train] table.
template <class Train, class Field>
void for_each_train_field(Train& c, Field&& field) {
  field("steps", c.steps);
  field("batch_size", c.batch_size);
  field("grad_accumulation", c.grad_accumulation);
  field("lr", c.lr);
  field("min_lr", c.min_lr);
  field("schedule", c.schedule);
  field("warmup_steps", c.warmup_steps);
  field("cooldown_fraction", c.cooldown_fraction);
  field("weight_decay", c.weight_decay);
  field("beta1", c.beta1);
  field("beta2", c.beta2);
  field("grad_clip", c.grad_clip);
  field("teacher", c.teacher);
  field("teacher_weight", c.teacher_weight);
  field("teacher_temperature", c.teacher_temperature);
  field("eval_every", c.eval_every);
  field("patience", c.patience);
  field("checkpoint_every", c.checkpoint_every);
  field("keep_every", c.keep_every);
  field("record_every", c.record_every);
  field("seed", c.seed);
}

template <>
std::vector<std::string> enum_names<TokenizerKind>();
template <>
std::vector<std::string> enum_names<ScheduleKind>();

/// Reads `file` over `base`, by itself the defaults of the structs above. Throws InputError naming file, line and the
/// nearest known key for anything unknown, and file, line and the expected type for anything mistyped. Ranges are
/// validate's business.
Config read_config(const std::filesystem::path& file, Config base = {});

/// Throws InputError when `file`, the config.toml of a run, lacks a key: a run writes all of them. Keys whose default
/// asks for nothing may be missing, as in runs from before there were such keys.
void check_complete(const std::filesystem::path& file);

/// Applies one `--set table.key=value`, or `key=value`. Throws InputError like read_config.
void set_config_key(Config& config, const std::string& assignment);

/// Checks ranges of [data] and [train] and calls ModelConfig::resolve. Throws InputError naming the key.
void validate(Config& config);

/// The complete configuration as TOML; reading it gives back an equal one (but for model.vocab_size, which belongs to
/// the tokenizer). A key left to a default that is not resolved yet is in a comment.
std::string config_to_toml(const Config& config);
/// The keys that a run keeps from beginning to end, a line "table.key=value" each: all but [train], where its data is
/// and whether it may be no UTF-8.
std::string kept_keys(const Config& config);
/// The keys of `config` that are not as in `usual`, as "table.key=value", sorted. Both must be legal.
std::vector<std::string> changed_keys(const Config& config, const Config& usual);
/// The command that trains with this configuration, as a shell takes it: `subcommand` of tinymor, with a --set for
/// every key that is not as in `usual`, what it begins with.
std::string command_line(const Config& config, const Config& usual = Config::defaults(),
                         const std::string& subcommand = "train");
Config config_from_toml(const std::string& text, const std::string& name_for_errors, Config base = {});

/// The one of the known names that the fewest single-character changes lead to (Levenshtein), for messages; only the
/// first 60 bytes of `name` count, which may come from a file.
std::string nearest_name(std::string_view name, const std::vector<std::string>& known);

}  // namespace tinymor
