#pragma once
// The training loop: batch -> Model -> loss -> backward -> AdamW -> the observers hear about it.

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "datasets/tokenizer.h"
#include "mor/model.h"
#include "trainer/config.h"
#include "trainer/recording.h"

namespace tinymor {

/// How another thread (a signal handler, the window) steers a run. The trainer looks at it between steps only.
class Control {
 public:
  void stop();  ///< Ends the run after the current step; its state is saved. Safe in a signal handler.
  void pause();
  void resume();
  /// While paused: one step more.
  void step();
  /// Learning rates are this many times those of the schedule from the next step on. Not saved with the run.
  void set_lr_factor(double factor);
  double lr_factor() const { return lr_factor_; }
  /// Takes snapshots of this from now on, the first after the next step. Of a text longer than the model's max_seq_len
  /// only the beginning is used, and one that is shorter than two tokens is not.
  void watch(Watched what);
  /// A snapshot with everything in it after the next step.
  void record();
  bool paused() const { return paused_; }
  /// Whether the run stands still because it is paused: it ends the step it is in first.
  bool waiting() const { return waiting_; }
  bool stopping() const { return stop_; }
  /// Runs `task` on the training thread before its next step (also while paused), with the current model.
  void post(std::function<void(const Model&)> task);

 private:
  friend class Trainer;
  friend class ImageTrainer;
  /// Called between steps: runs posted tasks, where there is a model of text, tells in words what was asked for, and
  /// waits while paused. False when the run shall stop.
  bool between_steps(const Model* model, const std::function<void(const std::string&)>& tell);
  void note(std::string command);
  /// Whether everything is to be recorded now; asks once.
  bool take_record() { return record_.exchange(false); }
  /// What is to be watched, where that is something new; asks once.
  std::optional<Watched> take_watched();

  std::atomic<bool> stop_{false};
  std::atomic<bool> paused_{false};
  std::atomic<bool> waiting_{false};
  std::atomic<bool> record_{false};
  std::atomic<int> steps_{0};  // to be taken though paused
  std::atomic<double> lr_factor_{1};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::function<void(const Model&)>> tasks_;
  std::vector<std::string> commands_;  // not yet told
  std::optional<Watched> watched_;
};

/// What a run begins from instead of fresh weights and a tokenizer of its own.
struct Start {
  Model model;
  std::shared_ptr<const Tokenizer> tokenizer;
};

class Trainer {
 public:
  /// A new run in the empty or missing folder `run`: loads the data, trains the tokenizer, makes the model. With a
  /// `start`, model and tokenizer are those, and config.model is the model's. Throws InputError when the data or
  /// configuration is unusable; writes nothing before all of it is known to be good.
  Trainer(Config config, std::filesystem::path run, std::optional<Start> start = {});

  /// Goes on with the run in `run` exactly where its checkpoint stands; `steps` replaces train.steps. Throws InputError
  /// when there is no run or a file of it is damaged.
  static Trainer resume(const std::filesystem::path& run, std::optional<int64_t> steps = {});

  ~Trainer();
  Trainer(Trainer&&) noexcept;

  const std::string& run_folder() const;
  const Config& config() const;
  const Model& model() const;
  const Tokenizer& tokenizer() const;
  RunInfo info() const;
  /// What a person should know of the run's text and tokenizer before it trains, a line each: which files were read and
  /// left out, a vocabulary smaller than asked for, characters that a given tokenizer does not know.
  const std::vector<std::string>& notes() const;
  int64_t step() const;  ///< Steps done.

  /// Hears about every step from now on. The observer must outlive the trainer.
  void add_observer(Observer& observer);

  /// Trains until config().train.steps are done or control stops it; evaluates, snapshots and saves on the way, and at
  /// the end. `control` may be null.
  void run(Control* control = nullptr);

 private:
  struct State;
  explicit Trainer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tinymor
