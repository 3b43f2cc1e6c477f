#pragma once
// A race: a MoR model, its vanilla and its recursive twin learn the same text, and each takes the number of steps
// that costs the same floating-point operations. They take turns, so that all have spent about as much at any moment.

#include <atomic>
#include <condition_variable>
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
  /// Waits until it is the turn of a runner that has done `step` steps. Returns at once when `control` stops it.
  void wait(size_t runner, int64_t step, const Control& control);
  /// The runner takes no further step, and the others no longer wait for it.
  void leave(size_t runner);

 private:
  bool has_turn(size_t runner) const;

  struct Runner {
    double share = 0;
    int64_t steps;
    bool left = false;
  };
  std::vector<Runner> runners_;  // guarded by mutex_
  std::mutex mutex_;
  std::condition_variable wake_;
};

/// `run` as a runner of a race.
std::unique_ptr<LiveRun> runner_of(std::shared_ptr<Turns> turns, size_t runner, std::unique_ptr<LiveRun> run);

/// Starts a race with `config` in FOLDER/mor, FOLDER/vanilla and FOLDER/recursive; the sources come in this order.
/// Throws InputError when the configuration is illegal or not one of a model on text with recursions.
Sources start_race(Config config, const std::filesystem::path& folder, const std::function<void()>& wake);

}  // namespace tinymor
