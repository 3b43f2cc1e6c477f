#pragma once
// The training loop: batch -> model -> loss -> backward -> AdamW -> the observers hear about it. What is trained, and
// on what, is a task: text (trainer.h) or images (image_trainer.h).

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mor/model.h"
#include "trainer/config.h"
#include "trainer/control.h"
#include "trainer/observers.h"
#include "trainer/run_folder.h"
#include "trainer/snapshot.h"

namespace tinymor {

/// A model with the data that it learns from: all that differs between a run on text and one on images.
class Task {
 public:
  /// `complete`: the configuration of the model as it is, with every default filled in.
  explicit Task(Config complete) : config(std::move(complete)) {}
  virtual ~Task() = default;

  const Config config;
  /// What a person should know of the data before the run trains, a line each: which files were read and left out, a
  /// vocabulary smaller than asked for, characters that a given tokenizer does not know.
  std::vector<std::string> notes;
  virtual RunInfo info() const = 0;
  /// The weights, which stay where they are as long as the task.
  virtual Module& model() = 0;
  /// The bytes of the model as a file.
  virtual std::string checkpoint() const = 0;
  /// Writes what a run's folder holds beside configuration and checkpoints.
  virtual void save_beside(const RunFolder&) const {}
  /// What tasks that the window posts are given; null when the model is none of text.
  virtual const Model* text_model() const { return nullptr; }

  struct Pass {
    ForwardResult result;
    Loss loss;
  };
  /// The forward pass of a micro batch of the step after `step` others.
  virtual Pass pass(int64_t step, int64_t micro, const ForwardOptions& options) const = 0;
  /// As Trunk::balance.
  virtual void balance(std::span<const double> load) = 0;
  /// On held-out data; its step is left 0.
  virtual EvalMetrics evaluate() const = 0;
  /// Tells, as soon as that is known, what the model as it is now does with what is watched.
  virtual void tell_snapshot(Observers& observers, int64_t step, SnapshotParts parts) = 0;
  /// Throws InputError when there is no such text.
  virtual void watch(Watched) {}
};

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
  /// What a person should know before the run trains, a line each.
  const std::vector<std::string>& notes() const;

  /// Hears about every step from now on. The observer must outlive every run().
  void add_observer(Observer& observer);

  /// Trains until config().train.steps are done or control stops it; evaluates, snapshots and saves on the way, and at
  /// the end. `control` may be null. Throws Error when the loss is no number or a file cannot be written; observers
  /// hear nothing any more then.
  void run(Control* control = nullptr);

 protected:
  /// `anew` writes the files that a run begins with; `resumed` goes on exactly where the checkpoint in `folder` stands,
  /// and throws InputError when that is damaged or of another model.
  enum Begin { anew, resumed };
  TrainingLoop(const RunFolder& folder, std::unique_ptr<Task> task, Begin begin);
  const Task& task() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// `run` as the folder of a new run. Throws InputError unless it is empty or missing.
RunFolder unused_folder(std::filesystem::path run);

/// The configuration that the run in `folder` goes on with; `steps` replaces train.steps. Throws InputError when there
/// is no run.
Config resumed_config(const RunFolder& folder, std::optional<int64_t> steps);

}  // namespace tinymor
