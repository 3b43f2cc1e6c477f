#pragma once
// What a run has come to, in the numbers that runs are compared by.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "visualizer/runs/source.h"

namespace tinymor {

/// Held-out losses closer together than this may change places with another seed: differences of two runs vary by up to
/// 0.02 nats from seed to seed (chapter 10), and twice that is rare.
inline constexpr double seed_noise = 0.04;

/// A run at one of its steps. NaN: not known.
struct RunFacts {
  std::string name;    ///< As short_name.
  std::string model;   ///< "vanilla", "MoR, expert_choice, middle_cycle x 3"; empty: not known.
  int64_t step = 0;    ///< The last one up to the step that was asked for.
  bool newest = true;  ///< It has no later one.
  double loss = 0;     ///< Held out, by the causal rule, nats; once it has diverged, NaN.
  double layers = 0;   ///< Per token of held-out text, or, before an evaluation, of the batches.
  double parameters = 0;
  double kv_bytes = 0;                   ///< Per token.
  double speed = 0;                      ///< Tokens per second in training, the median of the newest steps.
  std::optional<int64_t> diverged = {};  ///< As diverged_at.
};
/// The step from which on the loss is not a number, to the end of the run; nothing: it is one.
std::optional<int64_t> diverged_at(const RunHistory& history);
RunFacts facts_of(const Source& run, int64_t step = INT64_MAX);

/// What runs are sorted by: by the order in which they were opened, by their words, or by a number, the smallest first.
enum class RunColumn { opened, name, model, loss, layers, parameters, kv_bytes, speed, step };
struct RunOrder {
  RunColumn by = RunColumn::opened;
  bool reversed = false;
};
/// The places of these runs in that order; what is not known comes last.
std::vector<size_t> sorted(const std::vector<RunFacts>& runs, RunOrder order);

/// The last evaluation up to `step`; null when there is none.
const EvalMetrics* held_out_at(const RunHistory& history, int64_t step);

}  // namespace tinymor
