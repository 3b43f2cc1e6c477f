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
  std::string source = "stories";  ///< Name of a bundled data set, a text file or a folder of them.
  TokenizerKind tokenizer = TokenizerKind::sentencepiece;
  int64_t vocab_size = 512;  ///< Pieces to learn; byte and character tokenizers find their own.
  double val_fraction = 0.1;
};

struct TrainConfig {
  int64_t steps = 1000;
  int64_t batch_size = 16;
  int64_t grad_accumulation = 1;
  double lr = 3e-3;
  ScheduleKind schedule = ScheduleKind::trapezoid;
  int64_t warmup_steps = 50;
  double cooldown_fraction = 0.2;
  double weight_decay = 0.1;
  double beta1 = 0.9;
  double beta2 = 0.95;
  double grad_clip = 1.0;
  int64_t eval_every = 250;
  int64_t checkpoint_every = 250;
  int64_t record_every = 25;
  uint64_t seed = 1;
};

struct Config {
  ModelConfig model;
  DataConfig data;
  TrainConfig train;

  /// The configuration of `tinymor train` with no file: a small MoR model that the demo trains.
  static Config defaults();
};

/// Reads `file` over the defaults of the structs above. Throws InputError naming file, line and the nearest known key for
/// anything unknown, mistyped or out of range.
Config read_config(const std::filesystem::path& file);

/// Applies one `--set table.key=value`. Throws InputError like read_config.
void set_config_key(Config& config, const std::string& assignment);

/// Checks ranges of [data] and [train] and calls ModelConfig::resolve.
void validate(Config& config);

/// The complete configuration as TOML; read_config gives back an equal one.
std::string config_to_toml(const Config& config);
Config config_from_toml(const std::string& text, const std::string& name_for_errors);

}  // namespace tinymor
