#pragma once
// How a run is steered while it trains: stopped, paused, taken step by step, and asked for snapshots.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "trainer/recording/events.h"

namespace tinymor {

/// How work that is done in pieces goes on after one of them: with the next piece, once something new is asked of it,
/// or not at all.
enum class Next { piece, wait, end };

/// How another thread (a signal handler, the window) steers a run. The training loop looks at it only between steps.
class Control {
 public:
  /// `woken` is called, by the thread that asks, whenever something is asked for, except by stop().
  explicit Control(std::function<void()> woken = [] {}) : woken_(std::move(woken)) {}
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
  /// Has the run look at what is asked for, and whether it may go on.
  void wake();

 private:
  friend class TrainingLoop;
  /// Called between steps: runs posted tasks and tells in words what was asked for. Next::wait while paused, Next::end
  /// when the run is to stop.
  Next between_steps(const std::function<void(const std::string&)>& tell);
  /// While paused: waits until something is asked for, or a moment.
  void wait();
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
  const std::function<void()> woken_;
  std::vector<std::function<void()>> tasks_;
  std::vector<std::string> commands_;  // not yet told
  std::optional<Watched> watched_;
};

}  // namespace tinymor
