#pragma once
// Where the window's pictures come from. Panels read a Source and cannot tell a run that is training now from a
// recording of one; that is what makes replay, pictures from the command line and tests the same thing as watching
// live.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "datasets/tokenizer.h"
#include "trainer/config.h"
#include "trainer/recording/recording.h"
#include "visualizer/runs/generation.h"
#include "visualizer/runs/geometry.h"
#include "visualizer/runs/text_tree.h"

namespace tinymor {

/// Everything a run has told so far. It only grows, except that older records are thinned when there are many.
struct RunHistory : EventLog {
  RunInfo run;

  /// Bytes that snapshots may take, and roughly what they take now.
  static constexpr uint64_t most_bytes = 256'000'000;
  uint64_t bytes = 0;
  int thinnings = 0;  ///< How often snapshots were removed, which changes the indices of the others.
  void add(Event event);
  /// Of texts, or of images.
  template <class Kind>
  void forget_newest() {
    bytes -= bytes_of(of<Kind>().back());
    of<Kind>().pop_back();
  }
  void replace(EventLog log);
  /// Thins the snapshots until they fit into `most_bytes` and there are at most `most`; true when some were removed.
  bool thin(size_t most = SIZE_MAX);

  int64_t last_step() const;
  /// A run on images sees no text: its snapshots are those of its images.
  bool of_images() const { return snapshots.empty() && !images.empty(); }
  int snapshot_count() const { return int(of_images() ? images.size() : snapshots.size()); }
  int64_t snapshot_step(int index) const { return of_images() ? images[index].step : snapshots[index].step; }
  /// Index of the newest snapshot at or before `step`; the first when all are later, -1 when there is none.
  int snapshot_at(int64_t step) const;
  /// The same of the images.
  int images_at(int64_t step) const;
  /// The newest of the run's own images: of those that follow a person drew them; -1 when there is none.
  int recorded_images() const;
};

/// Whether a person drew what a snapshot is of.
inline bool is_drawn(const ImageSnapshot& snapshot) {
  return !snapshot.images.empty() && snapshot.images.front().truth == SeenImage::unknown;
}

/// Removes every other record of the older half: the newest stay complete.
template <class Record>
void thin_older_half(std::vector<Record>& records) {
  std::vector<Record> kept;
  for (size_t i = 0; i < records.size(); ++i)
    if (i >= records.size() / 2 || i % 2 == 0) kept.push_back(std::move(records[i]));
  records = std::move(kept);
}

enum class RunStatus { preparing, training, pausing, paused, finished, failed, recording };
const char* status_name(RunStatus status);
/// Whether it was told to pause; it goes on when told to.
inline bool is_paused(RunStatus status) {
  return status == RunStatus::pausing || status == RunStatus::paused;
}

class Source {
 public:
  virtual ~Source() = default;

  /// Takes in what has arrived since the last call; true when something did. The window's thread only.
  bool poll();

  const std::string& name() const { return name_; }
  /// What it is called in small places; empty: as the last part of its name.
  const std::string& label() const { return label_; }
  void set_label(std::string label) { label_ = std::move(label); }
  /// The file of its recording; empty when it has none.
  const std::filesystem::path& recording() const { return recording_; }
  const RunHistory& history() const { return history_; }
  const Geometry& geometry() const { return geometry_; }
  /// The configuration of the run; the defaults where it is not known.
  const Config& config() const { return config_; }
  /// The command that trains the same run; empty where it is not known.
  const std::string& command() const { return command_; }
  /// Grows whenever history or geometry changed: what was computed from them must be computed anew.
  uint64_t version() const { return version_; }
  virtual RunStatus status() const = 0;
  /// What a token is called in a sentence.
  std::string quoted(int32_t id) const;
  /// The number of steps that the run will have; 0: unknown.
  int64_t planned_steps() const { return planned_steps_; }
  /// Lines for people about a run that is trained here: what it will take, and what was found in its data.
  const std::vector<std::string>& told() const { return told_; }
  /// One line that a person should know: a damaged tail, why a run failed; empty: all is well.
  const std::string& notice() const {
    if (taken_ && !taken_->error.empty()) return taken_->error;
    return notice_.empty() ? notice_beside_ : notice_;
  }
  /// What `notice` is while the run itself has none: about runs beside it.
  void set_notice_beside(std::string notice) { notice_beside_ = std::move(notice); }
  /// Step records that did not fit while the window was busy.
  virtual uint64_t dropped() const { return 0; }

  /// Steering the run; only where `steerable()`.
  virtual bool steerable() const { return false; }
  virtual void pause() {}
  virtual void resume() {}
  virtual void stop() {}
  virtual void train_step() {}
  virtual void set_lr_factor(double) {}
  /// Whether any text can be watched: by the run as it goes on, or by its last weights.
  bool can_watch() const { return steerable() || can_generate(); }
  /// Snapshots show this from now on. Where no run goes on, the last weights add a snapshot of the given text.
  virtual void watch(Watched what);
  /// Takes a snapshot with everything at the next step; where no run goes on, of the newest snapshot's text.
  virtual void take_snapshot();

  /// Whether the last weights can look at an image that a person drew.
  bool can_draw() const { return generator_ != nullptr && draws_; }
  /// They add a snapshot of such an image, [side*side] pixels, 255 is ink; only where `can_draw()`.
  void look_at(std::vector<uint8_t> pixels);

  /// Generating; only where `can_generate()`. `why_not` tells a person what is missing.
  bool can_generate() const { return generator_ != nullptr && !draws_; }
  virtual std::string why_not() const { return {}; }
  void generate(const GenerateRequest& request);
  /// Changes how the coming tokens are drawn.
  void adjust(const Sampling& sampling);
  void stop_generating();
  /// Stops writing and removes the generated text with all its branches.
  void forget_text();
  /// The outcome arrives in generation().
  void try_out(const Experiment& experiment);
  /// Surveys the held-out text by the last weights; it arrives in generation(), text by text.
  void survey();
  void stop_survey();
  const Generation& generation() const { return generation_; }
  /// Every text that was written since the last forget_text.
  const TextTree& written() const { return written_; }

  /// How the run turns text into tokens; null where that is not known, for the reason below.
  const Tokenizer* tokenizer() const { return tokenizer_.get(); }
  const std::string& why_no_tokenizer() const { return why_no_tokenizer_; }
  uint64_t generation_version() const { return generation_version_; }
  /// The step whose weights, or newer ones, write it; 0 for a model without a recording.
  int64_t generated_step() const { return generated_step_; }

 protected:
  /// Takes in news of the run itself.
  virtual bool poll_run() = 0;
  /// Sets what the run is and the geometry that its configuration describes; text that cannot be read becomes a notice.
  void set_run(RunInfo run);

  std::string name_;
  std::filesystem::path recording_;
  RunHistory history_;
  Geometry geometry_;
  Config config_;
  int64_t planned_steps_ = 0;
  std::string command_;
  std::string notice_;
  std::vector<std::string> told_;
  std::unique_ptr<GenerationWorker> generator_;
  std::shared_ptr<const Tokenizer> tokenizer_;
  std::string why_no_tokenizer_ = "No tokenizer is known yet.";
  std::shared_ptr<const Look> taken_;  // the last look that went into the history
  bool looked_ = false;                // the newest snapshot is of a text that was typed, or of an image that was drawn
  bool draws_ = false;                 // the model sees images, and writes no text

 private:
  bool take_text();
  bool take_look();
  template <class Kind>
  void add_look(Kind snapshot);

  std::string notice_beside_, label_;
  uint64_t version_ = 1, generation_version_ = 1;
  int64_t generated_step_ = 0;
  Generation generation_;
  TextTree written_;
};

/// A short name for a run, for small places.
std::string short_name(const Source& source);
/// Gives runs their labels: those in folders of the same name have as much of their paths as tells them apart, those of
/// a sweep the keys that it varies, without the sections.
void tell_apart(const std::vector<Source*>& runs);
/// Whether two runs learn from different data, or cut it into different tokens, so that their losses cannot be
/// compared; false while that is not known.
bool other_data(const Source& a, const Source& b);

/// Runs that belong together: the first is shown, the others beside it.
using Sources = std::vector<std::unique_ptr<Source>>;
/// Only this one; none where it is null.
Sources alone(std::unique_ptr<Source> source);

}  // namespace tinymor
