#pragma once
// What a run tells about itself while it trains: numbers of every step (StepMetrics), how its routers' scores are
// spread (ScoreHistogram) and, now and then, everything the model does with one fixed text (Snapshot) or with a few
// fixed images (ImageSnapshot); and what happens to it (RunEvent). An Observer hears them live; recording.mortrace
// keeps them for later.
//
// File: 8 bytes magic "MORTRACE", u32 version, then records `u32 kind | u32 bytes | i64 step | f64 seconds |
// payload | u32 crc32 of all of these`, little endian; the seconds are those of StepMetrics at the newest step. Unknown
// kinds are skipped; a record cut off or damaged ends the reading. What payloads hold is in recording_format.cpp.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mor/image_trace.h"
#include "mor/trace.h"
#include "tensor/files.h"

namespace tinymor {

/// One training step.
struct StepMetrics {
  int64_t step = 0;      ///< 1 for the first.
  double seconds = 0;    ///< That training took so far, in earlier sessions, too; pauses and evaluations are left out.
  double loss = 0;       ///< Language-model loss of the batch, nats.
  double aux_loss = 0;   ///< Auxiliary routing loss before its coefficient.
  double grad_norm = 0;  ///< Before clipping.
  double lr = 0;
  double tokens_per_second = 0;
  double mean_depth = 0;         ///< Recursions per token; the block's passes where there is no routing.
  double sampling_accuracy = 0;  ///< Share of candidates whose logit sign agrees with the top-k choice, last recursion.
  double z_loss = 0, balance_loss = 0;  ///< Before their coefficients.
  double max_violation = 0;             ///< Of the loads of the depths, under token choice; see RouterMetrics.
  double load_entropy = 0;              ///< Likewise, nats.
};

/// Held-out loss at a step, nats; the same value twice for models without expert choice.
struct EvalMetrics {
  int64_t step = 0;
  double topk_loss = 0;
  double threshold_loss = 0;
  double mean_depth = 0;  ///< Under the threshold rule.
};

/// How the scores of the tokens that training saw since the histogram before are spread over [0,1]: sigma(z) of a
/// recursion's candidates under expert choice, the probability of each depth under token choice.
struct ScoreHistogram {
  static constexpr int bins = 32;
  int64_t step = 0;
  std::vector<uint32_t> taken, left;  ///< [N*bins] scores of tokens that recursion (depth) r took, and did not take.
};

/// The text that a run takes its snapshots of: the beginning of the held-out one, at each snapshot one of the batch
/// just trained on, or another, as tokens of the run's vocabulary.
struct Watched {
  enum Kind { held_out, batches, own } kind = held_out;
  std::vector<int32_t> text = {};
};

/// What the model does with the probe text at a step, under both rules (the same trace twice without expert choice).
struct Snapshot {
  int64_t step = 0;
  Trace topk = {};       ///< With the gradients of the training loss, without what is likely.
  Trace threshold = {};  ///< With what early exits predict, and with attention at some steps.
};

/// A grey image and what the model makes of it.
struct SeenImage : ImageTrace {
  std::vector<uint8_t> pixels;  ///< [height*width] 0 is paper, 255 is ink.
  int32_t truth = 0;            ///< Its class.
  bool right() const { return predicted == truth; }
};

/// What the model makes of the same few held-out images at a step. Images are seen by the training rule always.
struct ImageSnapshot {
  int64_t step = 0;
  int32_t height = 0, width = 0, rows = 0, columns = 0;  ///< Pixels of an image, and patches; P = rows*columns.
  std::vector<SeenImage> images;
};
/// Whether its parts fit each other, so that who draws it need not look.
bool consistent(const ImageSnapshot& snapshot);

/// Bytes that one takes in a recording, which is about what it takes in memory.
uint64_t bytes_of(const Snapshot& snapshot);
uint64_t bytes_of(const ImageSnapshot& snapshot);

/// Something that happened to a run beside the training itself.
struct RunEvent {
  enum Kind : uint8_t { command, checkpoint } kind = command;
  int64_t step = 0;  ///< The steps that were done by then.
  std::string text;  ///< What was asked for or saved, for people; at most `longest` bytes.
  static constexpr size_t longest = 200;
};

/// Hears about a run. One call comes after the other, snapshots maybe some steps late and from a thread of their own,
/// and all of them must return quickly.
struct Observer {
  virtual ~Observer() = default;
  virtual void on_step(const StepMetrics&) {}
  virtual void on_eval(const EvalMetrics&) {}
  virtual void on_scores(const ScoreHistogram&) {}
  virtual void on_snapshot(const Snapshot&) {}
  virtual void on_images(const ImageSnapshot&) {}
  virtual void on_event(const RunEvent&) {}
};

/// What a run is, known before its first step.
struct RunInfo {
  std::string config_toml;              ///< The complete configuration, as text.
  std::vector<std::string> vocabulary;  ///< Of each id its piece; of images the name of each class.
  std::vector<uint32_t> counts = {};    ///< Of each id how often it occurs in the corpus; empty: not recorded.
  int64_t train_tokens = 0;  ///< Those that are trained on, at the beginning of the corpus; the rest is held out.
  int64_t probe_offset = 0;  ///< Where in the corpus the text of the snapshots begins, in tokens.
};

/// Everything read back from a recording.
struct Recording : RunInfo {
  std::vector<StepMetrics> steps;
  std::vector<EvalMetrics> evals;
  std::vector<ScoreHistogram> scores;
  std::vector<Snapshot> snapshots;
  std::vector<ImageSnapshot> images;
  std::vector<RunEvent> events;
  std::string notice;  ///< Not empty when the file ends in the middle of a record: what was left out, for people.
};

/// Appends records to a recording file. Each record is written whole and flushed, so that a file cut off by a crash
/// loses at most its last record.
class Recorder : public Observer {
 public:
  /// Starts a new file, or goes on with the records up to `resume_step` of an existing one (later ones are dropped).
  /// Throws InputError when what exists is no recording, and Error, here and on every record, when writing fails.
  Recorder(const std::filesystem::path& file, const RunInfo& run, std::optional<int64_t> resume_step = {});
  void on_step(const StepMetrics&) override;
  void on_eval(const EvalMetrics&) override;
  void on_scores(const ScoreHistogram&) override;
  void on_snapshot(const Snapshot&) override;
  void on_images(const ImageSnapshot&) override;
  void on_event(const RunEvent&) override;

 private:
  std::unique_ptr<AppendFile> file_;
  double seconds_ = 0;  // of the newest step
};

/// Reads a recording; the file may be hostile. Throws InputError when it is missing or no recording at all; a damaged
/// tail only sets `notice`.
Recording read_recording(const std::filesystem::path& file);

}  // namespace tinymor
