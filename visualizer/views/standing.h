#pragma once
// Who leads among runs on the same data, and by how much: at the same steps, for the same compute, in the same time.

#include <vector>

#include "visualizer/runs/axis.h"

namespace tinymor {

/// The runs at one place of an axis: as far as the one that has come least far was evaluated. Runs that diverged have
/// no loss.
struct Standing {
  CurveAxis axis;
  double place = 0;
  std::vector<double> losses = {};  ///< Held out, by the causal rule, one per run; NaN: not known there.
  size_t leader = 0, second = 0;
  double lead = 0;        ///< The second's loss minus the leader's, nats.
  bool too_close = true;  ///< Another seed may change the order.
  /// The runs that had not finished their schedules there: their losses fall further while the learning rate cools
  /// down.
  std::vector<size_t> cooling = {};
};

/// The held-out loss at a place of the axis, on the straight line between the evaluations around it; NaN beyond them.
double held_out_loss(const Source& run, CurveAxis axis, double place);

/// The runs whose loss is known, the best first.
std::vector<size_t> ranking(const std::vector<double>& losses);

/// For steps, FLOPs and seconds, those for which at least two runs can be compared.
std::vector<Standing> standings(const std::vector<const Source*>& runs);

}  // namespace tinymor
