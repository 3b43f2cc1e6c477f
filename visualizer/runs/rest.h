#pragma once
// When a run that is watched had better rest: where it learns nothing more, and where it drains a battery.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "visualizer/runs/source.h"

namespace tinymor {

/// Whether the last five evaluations brought no held-out loss, by the causal rule, below the least before them.
bool on_plateau(const std::vector<EvalMetrics>& evals);

/// The step of the least held-out loss by the causal rule, where two or more evaluations since brought none below it;
/// what stands before the first training step does not count.
std::optional<int64_t> rises_since(const std::vector<EvalMetrics>& evals);

/// Whether the machine is off its mains. `supplies` is where Linux tells; what it does not tell counts as no.
bool on_battery(const std::filesystem::path& supplies = "/sys/class/power_supply");

/// Says when to pause, once for each reason: who goes on after that means it.
class Rest {
 public:
  struct Wanted {
    bool on_plateau = false, on_battery = false;
  };
  /// Why the run should pause now; empty: it should not. `seconds` since the last call.
  std::string reason(const Source& source, Wanted wanted, double seconds);

 private:
  int64_t judged_ = -1;  // the step of the newest evaluation that was looked at
  bool was_on_battery_ = false;
  double until_look_ = 0;  // seconds until the battery is looked at
};

}  // namespace tinymor
