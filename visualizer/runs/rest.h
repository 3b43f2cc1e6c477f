#pragma once
// When a watched run should pause: when it learns nothing more, and when it drains a battery.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "visualizer/runs/source.h"

namespace tinymor {

/// Whether none of the last five evaluations lowered the held-out loss under the causal rule.
bool on_plateau(const std::vector<EvalMetrics>& evals);

/// The step of the lowest held-out loss under the causal rule, when two or more evaluations since then were higher; the
/// evaluation before the first training step does not count.
std::optional<int64_t> rises_since(const std::vector<EvalMetrics>& evals);

/// Whether the machine runs on its battery. `supplies` is where Linux tells; no where it does not tell.
bool on_battery(const std::filesystem::path& supplies = "/sys/class/power_supply");

/// Says when to pause, once for each reason: a person who resumes after that means it.
class Rest {
 public:
  struct Wanted {
    bool on_plateau = false, on_battery = false;
  };
  /// Why the run should pause now; empty: it should not. `seconds`: since the last call.
  std::string reason(const Source& source, Wanted wanted, double seconds);

 private:
  int64_t judged_ = -1;  // the step of the newest evaluation that was looked at
  bool was_on_battery_ = false;
  double until_look_ = 0;  // seconds until the battery is looked at
};

}  // namespace tinymor
