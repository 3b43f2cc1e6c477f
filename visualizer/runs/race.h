#pragma once
// A race: a MoR model, its vanilla and its recursive twin learn the same text, and each takes the number of steps
// that costs the same floating-point operations. They take turns, so that all have spent about as much at any moment.

#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "visualizer/runs/live_source.h"

namespace tinymor {

/// Whose turn it is: that of the runner who has done the smallest share of its steps.
class Turns {
 public:
  /// steps: how many each runner takes.
  explicit Turns(std::vector<int64_t> steps);
  /// `control` is woken whenever it may be the runner's turn, until it leaves.
  void enter(size_t runner, Control& control);
  bool has_turn(size_t runner) const;
  /// The runner has done so many steps.
  void note(size_t runner, int64_t step);
  /// The runner takes no further step, and the others no longer wait for it.
  void leave(size_t runner);

 private:
  void wake_all() const;  // with the lock held

  struct Runner {
    double share = 0;
    int64_t steps;
    bool left = false;
    Control* control = nullptr;
  };
  std::vector<Runner> runners_;  // guarded by mutex_
  mutable std::mutex mutex_;
};

/// `run` as a runner of a race.
std::unique_ptr<LiveRun> runner_of(std::shared_ptr<Turns> turns, size_t runner, std::unique_ptr<LiveRun> run);

/// Starts a race with `config` in FOLDER/mor, FOLDER/vanilla and FOLDER/recursive; the sources come in this order.
/// Throws InputError when the configuration is illegal or not one of a model on text with recursions.
Sources start_race(Config config, const std::filesystem::path& folder, const std::function<void()>& wake);

}  // namespace tinymor
