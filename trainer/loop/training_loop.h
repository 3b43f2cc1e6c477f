#pragma once
// The training loop: batch -> model -> loss -> backward -> AdamW -> the observers hear about it. What is trained, and
// on what, is a task: text (trainer.h) or images (image_trainer.h).

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mor/model.h"
#include "trainer/config.h"
#include "trainer/loop/control.h"
#include "trainer/loop/locked_folder.h"
#include "trainer/loop/run_folder.h"
#include "trainer/recording/observers.h"
#include "trainer/recording/snapshot.h"

namespace tinymor {

/// What a task finds out about its model on held-out data, and a few words that this writes, a piece at a time.
class HeldOut {
 public:
  virtual ~HeldOut() = default;
  /// Judges or writes some more; false once all is done.
  virtual bool advance() = 0;
  /// Then; its step is left 0.
  virtual EvalMetrics result() const = 0;
  /// Then; empty for a model of images.
  virtual std::string words() const { return ""; }
};

/// A model with the data that it learns from: everything in which a run on text differs from one on images.
class Task {
 public:
  /// `complete`: the configuration of the model as it is, with every default filled in; `data`: the fingerprint of what
  /// is learned from.
  Task(Config complete, uint64_t data) : config(std::move(complete)), data_fingerprint(data) {}
  virtual ~Task() = default;

  const Config config;
  const uint64_t data_fingerprint;
  /// What a person should know before the run trains, a line each: which files were read and left out, a vocabulary
  /// smaller than asked for, characters that a given tokenizer does not know, what has changed since it stopped.
  std::vector<std::string> notes;
  virtual RunInfo info() const = 0;
  /// The weights, which stay where they are as long as the task.
  virtual Module& model() = 0;
  /// The bytes of the model as a file.
  virtual std::string checkpoint() const = 0;
  /// Writes what a run's folder holds beside configuration and checkpoints.
  virtual void save_beside(const RunFolder&) const {}

  struct Pass {
    ForwardResult result;
    Loss loss;
  };
  /// The forward pass of a micro batch of the step after `step` others.
  virtual Pass pass(int64_t step, int64_t micro, const ForwardOptions& options) const = 0;
  /// As Trunk::balance.
  virtual void balance(std::span<const double> load) = 0;
  /// Begins to judge the model as it is now, which stays so until it is judged.
  virtual std::unique_ptr<HeldOut> evaluation() const = 0;
  /// Takes a snapshot of what the model, as it is now, does with what is watched; tells it once it is made.
  virtual void tell_snapshot(Observers& observers, int64_t step, SnapshotParts parts) = 0;
  /// Throws InputError when there is no such text.
  virtual void watch(Watched) {}
};

/// What changes when a run is resumed.
struct Resumption {
  std::optional<int64_t> steps = {};   ///< to train in all
  std::vector<std::string> sets = {};  ///< as for --set, keys of [train] only
  std::string data = {};               ///< where the data is now, which may be other data; empty: where it was
  std::filesystem::path from = {};     ///< a run that stays as it is: a new one goes on from its checkpoint; or empty
  bool lossy = false;                  ///< from now on, bytes that are not UTF-8 are read as U+FFFD
};

/// Hears the complete configuration of a run, and how many steps are done, before memory is taken for its model; it may
/// change train.steps.
using Beforehand = std::function<void(Config& config, int64_t done)>;

/// A run: a task, how far it has come, and its folder.
class TrainingLoop {
 public:
  ~TrainingLoop();
  TrainingLoop(TrainingLoop&&) noexcept;

  const std::string& run_folder() const;
  const Config& config() const;
  RunInfo info() const;
  int64_t parameter_count() const;
  int64_t step() const;  ///< Steps done.
  Best best() const;
  /// Whether as many evaluations in a row as config().train.patience had no lower loss than the best one.
  bool out_of_patience() const;
  /// What a person should know before the run trains, a line each.
  const std::vector<std::string>& notes() const;

  /// Hears about every step from now on. The observer must outlive every run().
  void add_observer(Observer& observer);

  /// Trains until config().train.steps are done, patience is lost or control stops it; evaluates, snapshots and saves
  /// on the way, and at the end. A step whose loss is no number, or leaps, changes no weights. `control` may be null.
  /// Throws Error when ten steps in a row were like that or the weights give no finite loss, before such weights are
  /// saved, or a file cannot be written; then observers hear nothing more. To be called once: afterwards the folder is
  /// free for others.
  void run(Control* control = nullptr);
  /// The same in pieces: one micro-batch, part of an evaluation, or the end of a step. Next::wait while `control`
  /// pauses it, Next::end when all is done; to be called no more then, or once it has thrown.
  Next advance(Control* control = nullptr);

 protected:
  /// Writes the files that a run begins with.
  TrainingLoop(LockedFolder folder, std::unique_ptr<Task> task);
  /// Goes on exactly where the checkpoint in `folder`, or that of another run, was taken; nothing changes on disk
  /// before it trains. Throws InputError when that is damaged or of another model, when more steps than asked for are
  /// done, and when the data has changed without being named.
  TrainingLoop(LockedFolder folder, std::unique_ptr<Task> task, const Resumption& resumption);
  const Task& task() const;

 private:
  struct Step;
  struct State;
  std::unique_ptr<State> state_;
};

/// Throws InputError unless `run` is empty, as the folder of a new run must be.
void check_unused(const LockedFolder& run);

/// The folder with the checkpoint that the run in `run` goes on from. Throws InputError when that is another one, and
/// `run` is not empty.
RunFolder origin_of(const LockedFolder& run, const Resumption& resumption);

/// The configuration that the run in `folder` goes on with. Throws InputError when there is no run, or the model or the
/// tokenizer would change.
Config resumed_config(const RunFolder& folder, const Resumption& resumption);

}  // namespace tinymor
