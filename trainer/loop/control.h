#pragma once
// How a run is steered while it trains: stopped, paused, taken step by step, and asked for snapshots.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "trainer/recording/events.h"

namespace tinymor {

/// How another thread (a signal handler, the window) steers a run. The training loop looks at it only between steps.
class Control {
 public:
  void stop();  ///< Ends the run after the current step; its state is saved. Safe in a signal handler.
  void pause();
  void resume();
  /// While paused: one more step, and then a snapshot with everything in it.
  void step();
  /// Learning rates are this many times those of the schedule from the next step on. Not saved with the run.
  void set_lr_factor(double factor);
  double lr_factor() const { return lr_factor_; }
  /// Takes snapshots of this from now on, the first after the next step. Of a text longer than the model's max_seq_len
  /// only the beginning is used, and one of fewer than two tokens is ignored.
  void watch(Watched what);
  /// A snapshot with everything in it after the next step.
  void take_snapshot();
  bool paused() const { return paused_; }
  /// Whether the run waits because it is paused; it finishes the step that it is in first.
  bool waiting() const { return waiting_; }
  bool stopping() const { return stop_; }
  /// Runs `task` on the training thread before its next step, also while paused: what it reads of the run is whole.
  void post(std::function<void()> task);

 private:
  friend class TrainingLoop;
  /// Called between steps: runs posted tasks, tells in words what was asked for, and waits while paused. False when the
  /// run is to stop.
  bool between_steps(const std::function<void(const std::string&)>& tell);
  void note(std::string command);
  /// Whether a snapshot was asked for since the last time.
  bool snapshot_wanted() { return snapshot_.exchange(false); }
  /// What is to be watched, where that is something new since the last time.
  std::optional<Watched> take_watched();

  std::atomic<bool> stop_{false};
  std::atomic<bool> paused_{false};
  std::atomic<bool> waiting_{false};
  std::atomic<bool> snapshot_{false};
  std::atomic<int> steps_{0};  // to be taken though paused
  std::atomic<double> lr_factor_{1};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::function<void()>> tasks_;
  std::vector<std::string> commands_;  // not yet told
  std::optional<Watched> watched_;
};

}  // namespace tinymor
